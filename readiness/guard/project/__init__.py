"""What is measured, before and after: what a change silences, skips, masks or leaves out.

Nothing here knows a tool: what is known of them stands in `rules`.
"""
