"""Checks of files that Git lists, by tools that take files one by one."""
