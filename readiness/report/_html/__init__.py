"""What the page is made of: its words, its facts, its pictures' geometry, and its templates."""
