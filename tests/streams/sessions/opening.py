"""Openings of documents, as short as tests want them."""

from datetime import timedelta

from schemas.activity import DocumentOpened
from tests.streams.world import BEGAN, World


def click(world: World, number: int, seconds: float, user: str = "u", document: str = "") -> DocumentOpened:
    """Return an opening `seconds` after the beginning; document and event are named by the number."""
    return DocumentOpened(
        event_id=f"c{number}",
        tenant=world.tenant,
        occurred_at=BEGAN + timedelta(seconds=seconds),
        user=user,
        document=document or f"d{number}",
    )
