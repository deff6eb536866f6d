"""How good the forecasts were, once the results are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from src.domain.results import Outcome


@dataclass(frozen=True)
class Judged:
    """A forecast of the three outcomes beside the outcome that came."""

    chances: Mapping[Outcome, float]
    outcome: Outcome

    @property
    def brier(self) -> float:
        """Squared distance to the truth: 0 is perfect, 2 is the worst."""
        return sum(
            (self.chances[outcome] - (1.0 if outcome is self.outcome else 0.0)) ** 2
            for outcome in Outcome
        )

    @property
    def hit(self) -> bool:
        """Whether the likeliest outcome came."""
        return max(Outcome, key=self.chances.__getitem__) is self.outcome


@dataclass(frozen=True)
class Accuracy:
    """Summary over all judged forecasts."""

    count: int
    hit_share: float | None
    brier: float | None


def accuracy(judged: Sequence[Judged]) -> Accuracy:
    """Summarise; with nothing to judge there is no number, rather than a 0."""
    if not judged:
        return Accuracy(count=0, hit_share=None, brier=None)
    count = len(judged)
    return Accuracy(
        count=count,
        hit_share=sum(item.hit for item in judged) / count,
        brier=sum(item.brier for item in judged) / count,
    )
