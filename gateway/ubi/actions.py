"""What the action of a UBI event means to us: a small table, which the rule `gateway.ubi.actions` extends. Pure."""

from collections.abc import Mapping
from typing import Literal

Meaning = Literal["opened", "shown", "cited", "liked", "disliked", "ignored"]

ACTIONS: dict[str, Meaning] = {
    **dict.fromkeys(("click", "view", "watch", "add_to_cart", "purchase", "download", "bookmark"), "opened"),
    "impression": "shown",
    **dict.fromkeys(("citation", "citation_click"), "cited"),
    **dict.fromkeys(("thumbs_up", "like", "upvote"), "liked"),
    **dict.fromkeys(("thumbs_down", "dislike", "downvote"), "disliked"),
}
"""A purchase says no less than a click, and no more that we could weigh: each says that somebody took the object."""


def meaning(action: str, own: Mapping[str, Meaning]) -> Meaning | None:
    """Return what an action says, None for one that nobody named: it is counted, not refused."""
    name = action.strip().lower().replace("-", "_").replace(" ", "_")
    return own.get(action, own.get(name, ACTIONS.get(name)))
