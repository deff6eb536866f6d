"""Reports that people hand in."""
