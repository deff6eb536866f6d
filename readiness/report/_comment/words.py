"""What a comment says beside the words that all reports share."""

import msgspec

from readiness.model.words import Language


class CommentWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of comments and job summaries; `str.format` fills the braces."""

    changes: str
    unchanged: str
    score_then: str
    tasks: str
    task: str
    priority: str
    owner: str
    done: str
    criteria: str
    evidence: str
    outputs: str
    missing: str
    left_out: str
    run: str


_ENGLISH = CommentWords(
    changes="Changed since the last run",
    unchanged="Nothing changed since the last run.",
    score_then="Score {} → {}",
    tasks="Tasks",
    task="Task",
    priority="Priority",
    owner="Owner",
    done="Criteria",
    criteria="All criteria",
    evidence="Where it was measured",
    outputs="What the probes printed last",
    missing="missing {}",
    left_out="… {} more, left out because this is as long as it may be.",
    run="run {}",
)

_CHINESE = CommentWords(
    changes="与上次运行相比的变化",
    unchanged="与上次运行相比没有变化。",
    score_then="得分 {} → {}",
    tasks="任务",
    task="任务",
    priority="优先级",
    owner="负责人",
    done="验收标准",
    criteria="全部验收标准",
    evidence="测量来源",
    outputs="探测的最后输出",
    missing="缺少 {}",
    left_out="…… 因长度限制省略了 {} 项。",
    run="运行 {}",
)


def comment_words(language: Language) -> CommentWords:
    """Return the words in `language`."""
    return _CHINESE if language is Language.ZH else _ENGLISH
