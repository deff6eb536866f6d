"""A small service which rates football teams and predicts their matches."""

__version__ = "1.0.0"
