"""Which rung a run looks at the hold-out with: the cheapest one that gains enough. Pure.

All rungs are compared on the validation queries, by the ranking that each would serve, with live as it serves; the test
queries are asked once, with the chosen one. So trying several rungs costs no further look, and the gate's interval is
of one comparison. On validation queries weights, strengths and checkpoints are chosen, so gains look larger there than
they are, of every rung: what does not gain even there is not worth a look. Certainty is the gate's business alone.
"""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.learning import RungTried

Name = Literal["weights", "query_map", "query_encoder", "fit"]
WEIGHTS: Final = "weights"
QUERY_MAP: Final = "query_map"
QUERY_ENCODER: Final = "query_encoder"
FIT: Final = "fit"
"""From the cheapest: the live model with other weights; with a map of its queries; with how it reads queries learned;
and weights of the model learned."""

ADOPT: Final = "adopt"
"""What a model from elsewhere is called among them; no run tries it by itself."""


class LadderRules(BaseModel):
    """Which rungs a run tries, and when a dearer one is worth its price."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rungs: tuple[Name, ...] = Field(
        default=(WEIGHTS, QUERY_MAP, FIT),
        min_length=1,
        description="what is tried, the cheapest first whatever the order here; fit: as `training.fit.rung` says; "
        "query_encoder is worth naming where it is dear to embed all documents again",
    )
    margin: float = Field(
        default=0.01,
        ge=0,
        description="nDCG@10 by which a dearer rung must gain more: as much as makes a new index worth its while",
    )

    @field_validator("rungs")
    @classmethod
    def _in_order(cls, rungs: tuple[Name, ...]) -> tuple[Name, ...]:
        order: tuple[Name, ...] = (WEIGHTS, QUERY_MAP, QUERY_ENCODER, FIT)
        return tuple(rung for rung in order if rung in rungs)


def chosen(tried: Sequence[RungTried], least_gain: float, margin: float) -> RungTried | None:
    """Return the rung that the hold-out is looked at with; None when none gains anything, so that nothing is changed.

    `tried` begins with the cheapest. It is the first that gains `least_gain`, which the gate asks for, unless a dearer
    one gains `margin` more; where none gains so much, the one that gains most.
    """
    best: RungTried | None = None
    for rung in tried:
        if rung.gain >= (least_gain if best is None else best.gain + margin):
            best = rung
    greatest = max(tried, key=lambda rung: rung.gain, default=None)
    return best or (greatest if greatest and greatest.gain > 0 else None)


def no_gain(what: str, queries: int, live: float, tried: Sequence[RungTried]) -> str:
    """Return why the hold-out is not looked at, for people: `what` does not rank the validation queries better.

    `live` is the mean nDCG@10 of what is served today on these `queries`, which says how much could be gained at all.
    """
    return (
        f"{what} {queries} validation queries better than live as it serves, which ranks them with an nDCG@10 of "
        f"{live:.3f}; so nothing is changed and the hold-out was not looked at: {in_words(tried) or 'none tried'}"
    )


def in_words(tried: Sequence[RungTried]) -> str:
    """Return what was tried, for people."""
    return ", ".join(f"{rung.rung} {rung.gain:+.3f} ({rung.low:+.3f} to {rung.high:+.3f})" for rung in tried)
