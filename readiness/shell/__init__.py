"""What can be told of a shell command by reading it: its words, and the failures that it hides."""
