"""reaction: what people think of an answer or a message, as a signed weight. Pure.

On an assistant's answer the reaction speaks of the documents that it cited, in equal shares, with the question as
anchor. On a message it says that the message answers its conversation, whose title is the anchor. A reaction outside
the tables says nothing that we understand and gives no pair; the view `unknown_reactions` lists those.

The newest of added and withdrawn holds; at the same millisecond the withdrawal does. A withdrawal holds for all pairs
of its person, target and meaning, whichever documents it names, if any.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from streams.pairs.reaction_names import identity

Strength = Annotated[float, Field(gt=0, le=1)]


class ReactionRules(BaseModel):
    """What reactions mean; any name of a reaction stands for all of its names (`streams.pairs.reaction_names`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: dict[str, Strength] = Field(
        default={
            **dict.fromkeys(("+1", "upvote", "helpful", "white_check_mark", "heavy_check_mark", "100"), 1.0),
            **dict.fromkeys(("bulb", "pray", "raised_hands", "clap", "ok_hand"), 0.7),
            **dict.fromkeys(("heart", "fire", "tada", "rocket", "star"), 0.5),
        },
        description="strength in (0, 1]: a vote or a check mark says 'this answers it', applause says a little less",
    )
    negative: dict[str, Strength] = Field(
        default={
            **dict.fromkeys(("-1", "downvote", "not_helpful", "x"), 1.0),
            **dict.fromkeys(("confused", "thinking_face"), 0.5),
        },
        description="strength in (0, 1] of a no",
    )
    meanings: dict[str, Annotated[float, Field(ge=-1, le=1)]] = Field(
        default={},
        description="your own names, signed strength in [-1, 1], above both tables; 0 for what shall say nothing",
    )
    max_documents: int = Field(default=5, ge=1, description="cited documents, in the answer's order, that share")

    @cached_property
    def strengths(self) -> dict[str, float]:
        """Return the signed strength of every reaction that has a meaning, by the name that it counts under."""
        said = [*self.positive.items(), *((name, -no) for name, no in self.negative.items()), *self.meanings.items()]
        return {identity(name): signed for name, signed in said}


def meaning(reaction: str, rules: ReactionRules) -> str:
    """Return the name that the reaction counts under; empty when it means nothing to us."""
    name = identity(reaction)
    return name if name in rules.strengths else ""


def strength(reaction: str, rules: ReactionRules) -> float:
    """Return the signed strength of a reaction in [-1, 1]; 0 when it says nothing."""
    return rules.strengths.get(identity(reaction), 0.0)


def shares(documents: Sequence[str], signed: float, rules: ReactionRules) -> list[tuple[str, float]]:
    """Return (document, weight): the strength in equal shares over the distinct documents."""
    distinct = list(dict.fromkeys(documents))[: rules.max_documents]
    return [(document, signed / len(distinct)) for document in distinct] if signed else []


def revision(occurred_ms: int, withdrawn: bool) -> int:
    """Return a revision under which the newest state holds, and of two at once the withdrawal."""
    return 2 * occurred_ms + withdrawn
