"""The word that was probably meant."""

from collections.abc import Iterable

from readiness.text.worded import worded


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like it, or that it begins; "" where none is."""
    from difflib import get_close_matches

    names = list(known)
    begun = [name for name in names if name.startswith(word)] if len(word) > 2 else []
    found = get_close_matches(word, names, 1) or get_close_matches(word.lower(), names, 1) or begun
    return found[0] if found else ""


def suggestion(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return `did you mean "mypy"?`, or `otherwise` where nothing is near."""
    found = nearest(word, known)
    return worded("hint.did_you_mean", word=found) if found else otherwise
