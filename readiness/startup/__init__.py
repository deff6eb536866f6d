"""What only serves a fast start, each with what it is worth in docs/performance.md."""
