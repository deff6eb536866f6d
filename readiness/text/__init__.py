"""Text on its way to a reader: cleaned, laid out, in Markdown, in the board's language."""
