"""What is signed of an event does not change by re-encoding, and changes with every field."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.learning import Comparison, CutoverRefused, Decision, ModelTrained
from schemas.signature import EVENT_CONTEXT, Signature, canonical, signed_bytes
from schemas.topics import LEARNING
from tests.schemas.samples import EXAMPLES, NOW, WHEN

KEY_ID = "0" * 32
DECISIONS = [path for path in EXAMPLES if path.parent.name == LEARNING.name]
scores = st.floats(-1, 1, allow_nan=False)
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60)


def signed(event: Decision) -> bytes:
    return signed_bytes(event, "sam", KEY_ID)


def read(path: Path, **changed: object) -> Decision:
    event = decode(LEARNING, None, json.dumps({**json.loads(path.read_text()), **changed}).encode(), NOW)
    assert isinstance(event, Decision), event
    return event


@given(words, scores, scores, st.integers(-14, 14), st.permutations(range(11)))
def test_an_event_encoded_again_in_any_form_has_the_same_bytes(
    reason: str, low: float, high: float, hours: int, order: list[int]
) -> None:
    event = ModelTrained(
        event_id="m-1", tenant="acme", occurred_at=WHEN, run="r", model="m", parent="base", snapshot="s",
        comparison=Comparison(
            queries=2**53, ndcg_candidate=low, ndcg_live=high, ndcg_base=0, ndcg_bm25=1e-7, difference=0.1 + 0.2,
            low=low, high=high,
        ),
        reasons=(reason,),
    )  # fmt: skip
    plain = json.loads(event.model_dump_json())
    names = sorted(plain)
    shuffled = {names[i]: plain[names[i]] for i in order if i < len(names)}
    shuffled |= {name: plain[name] for name in names}
    shuffled["occurred_at"] = WHEN.astimezone(timezone(timedelta(hours=hours))).isoformat()
    for escaped in (True, False):
        again = ModelTrained.model_validate_json(json.dumps(shuffled, ensure_ascii=escaped, indent=1))
        assert signed(again) == signed(event)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_every_field_is_in_the_bytes(path: Path) -> None:
    event = read(path)
    for name, value in json.loads(path.read_text()).items():
        if name not in {"type", "schema_version"}:  # each has one value per kind of event
            assert signed(read(path, **{name: _other(name, value)})) != signed(event), name


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_kind_and_tenant_and_context_are_in_the_bytes(path: Path) -> None:
    message = signed(read(path))
    assert message.startswith(EVENT_CONTEXT)
    said = json.loads(message.removeprefix(EVENT_CONTEXT))
    assert (said["type"], said["tenant"]) == (path.stem.split("-")[0], "acme")


def test_signer_and_key_are_in_the_bytes_and_the_value_is_not() -> None:
    event = read(DECISIONS[0])
    assert len({signed_bytes(event, *who) for who in (("a", KEY_ID), ("b", KEY_ID), ("a", "1" * 32))}) == 3
    signature = Signature(signer="sam", key_id=KEY_ID, value="A" * 86 + "==")
    assert signed(event.model_copy(update={"signature": signature})) == signed(event)


@given(words, words)
def test_texts_that_only_look_the_same_are_different(one: str, two: str) -> None:
    def said(reason: str) -> bytes:
        return signed(
            CutoverRefused(
                event_id="r", tenant="acme", occurred_at=WHEN, packet="p", collection="c", by="sam", reason=reason
            )
        )

    assert (said(one) == said(two)) == (one == two)
    assert said("caf\u00e9") != said("cafe\u0301")


def test_the_order_of_fields_is_no_part_of_the_form() -> None:
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == b'{"a":{"c":3,"d":2},"b":1}'


def test_what_has_no_one_form_is_an_error() -> None:
    with pytest.raises(TypeError):
        canonical({"at": datetime(2026, 1, 1)})  # noqa: DTZ001  # without a zone, which is the point
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))
    assert canonical(datetime(2026, 1, 1, tzinfo=UTC)) == b'"2026-01-01T00:00:00.000000+00:00"'


def _other(name: str, value: Any) -> object:  # noqa: ANN401  # any JSON value
    """Return a value that the field could also have."""
    if name in ("occurred_at", "until"):
        return "2026-03-02T09:15:00.000001Z"
    if name == "verdict":
        return "LOSS"
    if name == "start_from":
        return "base"
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, list):
        return [*value, value[0]]
    if isinstance(value, dict):
        first = next(key for key, part in value.items() if isinstance(part, float))
        return {**value, first: value[first] / 2}
    return value + 1
