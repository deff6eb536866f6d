"""The board's production half on running services: needs root, Debian's packages and the stack."""
