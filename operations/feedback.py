"""What somebody thinks of one result of a search, as the events that the streams understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from operations.connections import Connections
from schemas.activity import OnAnswer, Reacted
from schemas.ids import stable_id
from schemas.instants import milliseconds
from stores.learning import publish

Opinion = Literal["useful", "not-useful"]
_REACTIONS: dict[Opinion, str] = {"useful": "helpful", "not-useful": "not_helpful"}


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's opinion on a document as an answer to the query of a search."""

    tenant: str
    user: str
    search: str
    query: str
    document: str
    opinion: Opinion


def events(given: Feedback, at: datetime) -> list[Reacted]:
    """Return the reaction, and the withdrawal of the opposite one: who changes their mind is of one opinion. Pure.

    The target is the result as an answer to the query, under an id of its own, so that each result of a search has its
    own reactions. Raises `pydantic.ValidationError` for ids that are none.
    """
    answer = stable_id("result", given.search, given.document)
    target = OnAnswer(answer=answer, question=given.query, cited=(given.document,))
    other: Opinion = "not-useful" if given.opinion == "useful" else "useful"
    return [_reacted(given, target, other, "withdrawn", at), _reacted(given, target, given.opinion, "added", at)]


def send(stores: Connections, events: Sequence[Reacted]) -> None:
    """Send the events and return once the broker has them. Raises `Retryable` when it does not answer."""
    with stores.producer() as producer:
        publish(producer, events)


def _reacted(
    given: Feedback, target: OnAnswer, opinion: Opinion, change: Literal["added", "withdrawn"], at: datetime
) -> Reacted:
    return Reacted(
        event_id=stable_id("feedback", given.tenant, given.user, target.answer, opinion, change, milliseconds(at)),
        tenant=given.tenant,
        occurred_at=at,
        user=given.user,
        target=target,
        reaction=_REACTIONS[opinion],
        change=change,
    )
