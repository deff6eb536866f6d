"""What surrounds a board: its repository, its work tree, and the evidence that it names."""
