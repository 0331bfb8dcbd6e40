"""reaction: what people think of an answer or a message, as a signed weight. Pure.

On an assistant's answer the reaction speaks of the documents that it cited, in equal shares, with the question as
anchor. On a message it says that the message answers its conversation, whose title is the anchor. A reaction outside
the two tables says nothing that we understand and gives no pair. The newest of added and withdrawn holds; at the same
millisecond the withdrawal does.
"""

from collections.abc import Sequence
from typing import Annotated
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field

_VARIATION = "\ufe0f"
_SKIN_TONES: dict[int, None] = dict.fromkeys(range(0x1F3FB, 0x1F400))


Strength = Annotated[float, Field(gt=0, le=1)]


class ReactionRules(BaseModel):
    """What reactions mean; names are written without colons, in lower case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: dict[str, Strength] = Field(
        default={
            **dict.fromkeys(("+1", "thumbsup", "thumbs_up", "👍", "upvote", "up"), 1.0),
            **dict.fromkeys(("white_check_mark", "heavy_check_mark", "✅", "✔", "100", "💯"), 1.0),
            **dict.fromkeys(("bulb", "💡", "pray", "🙏", "raised_hands", "🙌", "clap", "👏"), 0.7),
            **dict.fromkeys(("heart", "❤", "fire", "🔥", "tada", "🎉", "rocket", "🚀", "star", "⭐"), 0.5),
        },
        description="strength in (0, 1]: a vote or a check mark says 'this answers it', applause says a little less",
    )
    negative: dict[str, Strength] = Field(
        default={
            **dict.fromkeys(("-1", "thumbsdown", "thumbs_down", "👎", "downvote", "down", "x", "❌"), 1.0),
            **dict.fromkeys(("confused", "😕", "thinking_face", "🤔"), 0.5),
        },
        description="strength in (0, 1] of a no",
    )
    max_documents: int = Field(default=5, ge=1, description="cited documents, in the answer's order, that share")


def plain(reaction: str) -> str:
    """Return the reaction without colons, skin tone and variation selector, in lower case."""
    name = normalize("NFC", reaction).translate(_SKIN_TONES).replace(_VARIATION, "")
    return name.strip(":").split("::", 1)[0].lower()


def strength(reaction: str, rules: ReactionRules) -> float:
    """Return the signed strength of a reaction in [-1, 1]; 0 when it says nothing that we understand."""
    name = plain(reaction)
    return rules.positive.get(name, 0.0) - rules.negative.get(name, 0.0)


def shares(documents: Sequence[str], signed: float, rules: ReactionRules) -> list[tuple[str, float]]:
    """Return (document, weight): the strength in equal shares over the distinct documents."""
    distinct = list(dict.fromkeys(documents))[: rules.max_documents]
    return [(document, signed / len(distinct)) for document in distinct] if signed else []


def revision(occurred_ms: int, withdrawn: bool) -> int:
    """Return a revision under which the newest state holds, and of two at once the withdrawal."""
    return 2 * occurred_ms + withdrawn
