"""The scores that a board names in its text: what it aims at, and where it stands."""

import re
from typing import Final

# A score is of ten where it says so, or where its label says that it is a score.
_SCORE_OF_TEN: Final = (
    r"(\d+(?:\.\d+)?)(?:\s*/\s*10|\s+(?:out )?of (?:10|ten)|\s*分?\s*[(（]?\s*满分\s*10)(?!\.?\d)"
)
_BESIDE: Final = r"(?:[^\w\n]|_|\b(?:is|of|at least)\b|为|是|至少|达到)*?"
_SCORE: Final = rf"{_BESIDE}(\d+(?:\.\d+)?)(?!\.?\d|\s*(?!points?\b|分|以上)[%\w/])"
_READINESS: Final = "完成度|就绪度|当前评分|readiness|current score|overall score"
TARGET: Final = re.compile(
    rf"(?i)(?:目标|target|goal)[^\d\n]{{0,20}}{_SCORE_OF_TEN}"
    rf"|(?:(?:target|goal) score|score (?:target|goal)|目标(?:评分|分数|得分)){_SCORE}"
)
STANDS: Final = re.compile(
    rf"(?i)(?:{_READINESS})[^\d\n|]{{0,20}}{_SCORE_OF_TEN}"
    rf"|(?:(?:current|overall) score|当前(?:评分|分数|得分)){_SCORE}"
)
OF_TEN: Final = r"(\d+(?:\.\d+)?)\s*/\s*10(?!\d)"
