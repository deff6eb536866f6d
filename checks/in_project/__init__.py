"""What runs in the project's own Python: the standard library, and the tool that is asked, alone.

Readiness need not be installed there, and the language is that of the oldest Python that is
supported, `OLDEST` in tests/checks/test_in_project.py. So modules here import each other alone, by
relative names: they are a package of their own in that Python.
"""
