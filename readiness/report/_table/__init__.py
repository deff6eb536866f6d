"""What the terminal's table is made of: its blocks, and its two looks."""
