"""Stand-ins for servers that no package holds, and the channel that alerts arrive at.

Each speaks the real protocol, and tells under `/received` what it was sent, by pages, the newest
first; with `?text=…` only what has that text in it, as the real ones look up a trace or an error.
"""
