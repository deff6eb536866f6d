"""Storage: models, sessions, repositories and migrations."""
