"""A Markdown task board → a board: nothing that it names is run, and no box of it is believed."""
