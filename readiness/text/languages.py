"""The languages that sentences are written in."""

from enum import StrEnum


class Language(StrEnum):
    """The languages that reports and rendered boards speak."""

    EN = "en"
    ZH = "zh"
