"""The libraries of every run, imported without what a run never uses of them.

Imported before whatever else would import them.
"""

import typing

from readiness.startup.imports import compiled_later, replaced, without

# Of the older typing_extensions msgspec takes what is in typing now. It makes a forward reference
# to see how, and the first one has Python set up its parser, which a run does not use.
with (
    compiled_later(),
    replaced(typing, "ForwardRef", lambda *_, **__: None),
    without("typing_extensions"),
):
    import fractions as fractions  # which a run adds up, and reads from no text

    import msgspec as msgspec
