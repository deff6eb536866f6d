"""Stand-ins for servers that no package holds, and the channel that alerts arrive at.

Each speaks the real protocol, and tells under `/received` what it was sent.
"""
