"""The libraries of every run, imported without what a run never uses of them.

Imported before whatever else would import them.
"""

from readiness.startup.imports import compiled_later, without

# Of the older typing_extensions msgspec takes what is in typing now.
with compiled_later(), without("typing_extensions"):
    import fractions as fractions  # which a run adds up, and reads from no text

    import msgspec as msgspec
