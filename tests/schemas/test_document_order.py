"""The order of a document's events, rule by rule, and that it is one order whatever comes first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document_order import BYTES, breadth, hexadecimal, revision
from schemas.documents import MAX_VERSION, DocumentChange, DocumentDeleted, DocumentRenamed, DocumentUpserted
from schemas.instants import EPOCH

WHEN = datetime(2026, 5, 1, tzinfo=UTC)


def upserted(version: int = 3, acl: tuple[str, ...] = ("everyone",), **fields: Any) -> DocumentUpserted:  # noqa: ANN401
    given_: dict[str, Any] = {
        "event_id": "u", "tenant": "acme", "occurred_at": WHEN, "document": "d", "version": version, "app": "wiki",
        "body": "b", "updated_at": WHEN, "acl": acl,
    }  # fmt: skip
    return DocumentUpserted(**{**given_, **fields})


def deleted(version: int = 3, **fields: Any) -> DocumentDeleted:  # noqa: ANN401
    given_ = {"event_id": "x", "tenant": "acme", "occurred_at": WHEN, "document": "d", "version": version}
    return DocumentDeleted(**{**given_, **fields})


def renamed(version: int = 3, **fields: Any) -> DocumentRenamed:  # noqa: ANN401
    return DocumentRenamed(**{**deleted(version).model_dump(exclude={"type"}), "renamed_to": "e", **fields})


def placed(event: DocumentChange) -> int:
    return revision(event, getattr(event, "acl", ()))


@pytest.mark.parametrize(
    ("holds", "over"),
    [
        (upserted(4), deleted(3, occurred_at=WHEN + timedelta(days=1))),
        (upserted(MAX_VERSION), deleted(MAX_VERSION - 1)),
        (deleted(3), upserted(3, occurred_at=WHEN + timedelta(days=1))),
        (upserted(occurred_at=WHEN + timedelta(milliseconds=1)), upserted(acl=())),
        (upserted(acl=("hr",)), upserted(acl=("everyone",))),
        (upserted(acl=("a", "b")), upserted(acl=("everyone", "a"))),
        (upserted(acl=("a",)), upserted(acl=("a", "b"))),
        (upserted(acl=()), upserted(acl=("a",))),
        (deleted(0), upserted(0, occurred_at=EPOCH - timedelta(days=9))),
        (renamed(3), upserted(3, occurred_at=WHEN + timedelta(days=1))),
        (upserted(4), renamed(3)),
        (renamed(3, occurred_at=WHEN + timedelta(seconds=1)), deleted(3)),
        (deleted(3, occurred_at=WHEN + timedelta(seconds=1)), renamed(3)),
    ],
)
def test_of_two_events_this_one_holds(holds: DocumentChange, over: DocumentChange) -> None:
    assert placed(holds) > placed(over)


def test_content_settles_what_is_equal_and_the_same_event_is_equal() -> None:
    assert placed(upserted(title="one")) != placed(upserted(title="two"))
    assert placed(upserted(event_id="one")) != placed(upserted(event_id="two"))
    assert placed(upserted()) == placed(upserted())


def test_the_list_that_counts_is_the_one_that_holds() -> None:
    silent = upserted(acl=None)  # type: ignore[arg-type]  # as somebody sends it
    assert revision(silent, ()) > revision(silent, ("staff",)) > revision(silent, ("everyone",))
    assert breadth([f"g{n}" for n in range(70_000)]) < breadth(["everyone"]) == 65_535
    assert breadth(["a", "a"]) == 1


@given(st.integers(0, 2 ** (8 * BYTES) - 1), st.integers(0, 2 ** (8 * BYTES) - 1))
def test_texts_compare_as_revisions(one: int, other: int) -> None:
    assert (hexadecimal(one) < hexadecimal(other)) is (one < other)
    assert len(hexadecimal(one)) == 2 * BYTES


@given(st.integers(0, MAX_VERSION), st.integers(-700_000, 2_900_000).map(lambda days: EPOCH + timedelta(days=days)))
def test_every_event_has_a_place(version: int, at: datetime) -> None:
    assert 0 <= placed(upserted(version, occurred_at=at)) < placed(deleted(version, occurred_at=at)) < 2 ** (8 * BYTES)
