"""What the audit trail says of what is live, and when the serving record contradicts it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from schemas.codec import encode
from schemas.fusion import Fusion
from schemas.learning import CutoverDone, CutoverRefused, ModelRefused, ModelTrained, RolledBack
from stores.serving import HIGHEST_VERSION, Moved, ServingRecord
from stores.signing import Signing
from stores.trail import LAG, Trail, difference, last, undecided
from stores.vector_rows import collection_name
from stores.warehouse import Warehouse
from tests.indexer.loop import WON
from tests.schemas.samples import WHEN
from tests.stores.keyed import installation

A, B = "a" * 64, "b" * 64


def done(version: int, name: str, **fields: object) -> CutoverDone:
    given: dict[str, Any] = {"by": "sam", "occurred_at": WHEN, "tenant": "acme", **fields}
    return CutoverDone(
        event_id=f"done-{version}-{name}", model=name, collection=f"acme_{name}", serving_version=version, **given
    )


def back(version: int, name: str, **fields: object) -> RolledBack:
    given: dict[str, Any] = {"previous_model": "m", "previous_collection": "c", "by": "sam", "reason": "r", **fields}
    return RolledBack(
        event_id=f"back-{version}-{name}", tenant="acme", occurred_at=WHEN, model=name, collection=f"acme_{name}",
        serving_version=version, **given,
    )  # fmt: skip


def record(version: int, name: str, **fields: object) -> ServingRecord:
    given: dict[str, Any] = {"moved_at": WHEN, **fields}
    return ServingRecord(tenant="acme", model=name, collection=f"acme_{name}", version=version, **given)


class Rows:
    """A warehouse that has these payloads."""

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self._payloads = payloads

    def query(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        return [{"payload": payload.decode()} for payload in self._payloads]


def trail(signing: Signing, *payloads: bytes) -> Trail:
    return Trail(cast(Warehouse, Rows(payloads)), signing)


def test_the_last_move_is_the_one_of_the_highest_version() -> None:
    moves: list[Moved] = [done(2, "m"), back(3, "base"), done(1, "base")]
    assert last(moves) == moves[1]
    assert last([]) is None


@pytest.mark.parametrize("version", [HIGHEST_VERSION, 2**53])
def test_a_version_that_nothing_reaches_is_passed_over(version: int) -> None:
    assert last([done(1, "base"), done(version, "m")]) == done(1, "base")


def won(model: str, minutes: int) -> ModelTrained:
    return ModelTrained(
        event_id=f"won-{model}", tenant="acme", occurred_at=WHEN + timedelta(minutes=minutes), run=f"run-{model}",
        model=model, parent="base", snapshot="s", comparison=WON,
    )  # fmt: skip


def no(model: str, by: str) -> CutoverRefused:
    return CutoverRefused(
        event_id=f"no-{model}", tenant="acme", occurred_at=WHEN, packet="p", collection=collection_name("acme", model),
        by=by, reason="r",
    )  # fmt: skip


def test_the_newest_win_since_the_last_move_waits_for_a_decision_unless_an_operator_refused_it() -> None:
    moved = done(1, "base")
    assert undecided([moved]) is None
    assert undecided([moved, won("old", -1)]) is None, "something else was let in since"
    assert undecided([won("a", 1), moved, won("b", 2)]) == won("b", 2)
    assert undecided([won("a", 1), moved, won("b", 2), no("b", "sam")]) == won("a", 1)
    assert undecided([won("b", 2), no("b", "indexer")]) == won("b", 2), "a rule refused one packet, not the model"


def test_nobody_rolls_back_to_what_was_never_live() -> None:
    assert last([done(1, "base"), back(2, "evil")]) == done(1, "base")


def test_only_what_is_rightly_signed_counts(tmp_path: Path) -> None:
    signing, theirs = installation(tmp_path / "ours", "sam"), installation(tmp_path / "theirs", "sam")
    right = encode(signing.as_installation(done(1, "base")))
    changed = json.dumps({**json.loads(right), "serving_version": 7}).encode()
    of_others = encode(signing.as_installation(done(9, "m", tenant="other")))
    for wrong in (encode(done(9, "m")), encode(theirs.as_installation(done(9, "m"))), changed, of_others, b"no json"):
        found = trail(signing, wrong, right).last_move("acme")
        assert found is not None
        assert found.serving_version == 1
        assert trail(signing, wrong).last_move("acme") is None


def test_the_ends_of_runs_are_those_that_were_rightly_signed(tmp_path: Path) -> None:
    signing = installation(tmp_path / "ours", "sam")
    lost = ModelRefused(event_id="lost", tenant="acme", occurred_at=WHEN, run="run-l", verdict="LOSS", reasons=("r",))
    signed = [signing.as_installation(event) for event in (won("m", 1), lost)]
    found = trail(signing, *(encode(event) for event in signed), encode(won("forged", 2)), encode(lost)).ends("acme")
    assert found == signed


def test_a_record_that_follows_the_trail_says_nothing() -> None:
    late = WHEN + 2 * LAG
    assert difference(None, None, late) == ""
    assert difference(record(2, "m", manifest=A), done(2, "m", manifest=A), late) == ""
    chosen = Fusion(dense=0.9)
    assert difference(record(2, "m", fusion=chosen), done(2, "m", fusion=chosen), late) == ""
    assert difference(record(3, "m"), done(2, "m"), late) == "", "a standby was retired since"
    assert difference(record(3, "base"), done(2, "m"), WHEN + LAG / 2) == "", "its event is under way"


def test_a_record_that_nobody_signed_is_told_of() -> None:
    late = WHEN + 2 * LAG
    assert "no signed event" in difference(record(1, "base"), None, late)
    assert "acme_evil is live" in difference(record(3, "evil"), done(2, "m"), late)
    assert "acme_evil is live" in difference(record(2, "evil"), done(2, "m"), WHEN + timedelta(seconds=1))
    assert "at version 1" in difference(record(1, "m"), done(2, "m"), late)
    assert "other files" in difference(record(2, "m", manifest=B), done(2, "m", manifest=A), late)
    assert "other files" in difference(record(2, "m"), done(2, "m", manifest=A), late)
    assert "weighs the rankings" in difference(record(2, "m", fusion=Fusion(dense=0.9)), done(2, "m"), late)
    assert "weighs the rankings" in difference(record(2, "m"), done(2, "m", fusion=Fusion(dense=0.9)), late)
    assert "no signed event" in difference(record(1, "evil", moved_at=late + timedelta(days=365)), None, late)
