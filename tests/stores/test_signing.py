"""An event passes when exactly it was signed by whoever may say it, and never otherwise."""

import base64
import getpass
import json
from datetime import datetime
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations import operators
from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.learning import (
    CutoverApproved,
    CutoverDone,
    CutoverRefused,
    Decision,
    DriftMuted,
    ModelTrained,
    RequestDismissed,
    RolledBack,
    TrainingRequested,
    TrainingStopped,
)
from schemas.signature import Signature, signed_bytes
from schemas.topics import LEARNING
from stores import keys
from stores.errors import Misconfigured, Refused, Retryable
from stores.signing import FORGED, UNSIGNED, Signing
from tests.schemas.samples import EXAMPLES, NOW, opened
from tests.stores.keyed import AT, installation, settings_of

DECISIONS = [path for path in EXAMPLES if path.parent.name == LEARNING.name]
BY_OPERATORS = (CutoverApproved, RolledBack, RequestDismissed, DriftMuted, TrainingStopped)
EITHER = (CutoverRefused, TrainingRequested)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing") / "home"


@pytest.fixture(scope="module")
def signing(home: Path) -> Signing:
    return installation(home, "sam", "kim")


def example(kind: type[Decision], **changed: object) -> Decision:
    (path,) = (path for path in DECISIONS if path.stem == kind.__name__)
    return read({**json.loads(path.read_text()), **changed})


def read(value: dict[str, Any]) -> Decision:
    event = decode(LEARNING, None, json.dumps(value).encode(), NOW)
    assert isinstance(event, Decision), event
    return event


def result(signing: Signing, event: Event) -> tuple[str, str]:
    rejection = signing.objection(event)
    return (rejection.code, rejection.reason) if rejection else ("", "")


def rightly_signed(signing: Signing, event: Decision) -> Decision:
    by_operator = isinstance(event, BY_OPERATORS) or (isinstance(event, CutoverRefused) and event.by == "sam")
    return signing.as_operator(event, "sam") if by_operator else signing.as_installation(event)


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_what_is_rightly_signed_passes_also_encoded_again(signing: Signing, path: Path) -> None:
    event = rightly_signed(signing, read(json.loads(path.read_text())))
    assert signing.objection(event) is None
    again = decode(LEARNING, None, encode(event), NOW)
    assert isinstance(again, Event)
    assert signing.objection(again) is None


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_any_changed_field_fails(signing: Signing, path: Path) -> None:
    right = json.loads(encode(rightly_signed(signing, read(json.loads(path.read_text())))))
    for name, value in right.items():
        if isinstance(value, str) and name not in {"type", "verdict", "occurred_at", "start_from", "until"}:
            code, _ = result(signing, read({**right, name: value + "x"}))
            assert code == FORGED, name
    assert result(signing, read({**right, "occurred_at": "2026-03-02T09:15:01Z"}))[0] == FORGED
    if "until" in right:
        assert result(signing, read({**right, "until": "2027-04-01T00:00:00Z"}))[0] == FORGED


@given(st.data())
@settings(max_examples=60)
def test_any_changed_character_fails(signing: Signing, data: st.DataObject) -> None:
    right = encode(signing.as_operator(example(CutoverRefused, reason="the finance queries got worse"), "sam"))
    at = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.integers(32, 126).filter(lambda code: code != right[at]))
    event = decode(LEARNING, None, right[:at] + bytes([other]) + right[at + 1 :], NOW)
    same = isinstance(event, Event) and event == decode(LEARNING, None, right, NOW)
    assert same or isinstance(event, Rejection) or result(signing, event)[0] == FORGED


def test_a_signature_is_written_in_one_way(signing: Signing) -> None:
    right = signing.as_operator(example(CutoverRefused, reason="the finance queries got worse"), "sam")
    assert right.signature is not None
    value = right.signature.value
    others = [f"{value[:-3]}{letter}==" for letter in f"{ascii_letters}{digits}+/" if letter != value[-3]]
    same = [one for one in others if base64.b64decode(one) == base64.b64decode(value)]
    assert same, "of 64 letters 16 are read alike"
    for other in others:
        signature = right.signature.model_copy(update={"value": other})
        assert result(signing, right.model_copy(update={"signature": signature}))[0] == FORGED


def test_without_a_signature_it_is_unsigned(signing: Signing) -> None:
    for path in DECISIONS:
        assert result(signing, read(json.loads(path.read_text())))[0] == UNSIGNED


def test_a_signature_fits_no_other_event(signing: Signing) -> None:
    approved = signing.as_operator(example(CutoverApproved), "sam")
    for changed in ({"packet": "packet-other"}, {"tenant": "other"}, {"event_id": "again"}):
        moved = example(CutoverApproved, **changed).model_copy(update={"signature": approved.signature})
        assert "not what 'sam' signed" in result(signing, moved)[1]
    refused = example(CutoverRefused).model_copy(update={"signature": approved.signature})
    assert result(signing, refused)[0] == FORGED


def test_a_key_of_another_installation_is_unknown(signing: Signing, tmp_path: Path) -> None:
    theirs = installation(tmp_path / "theirs", "sam")
    for event in (
        theirs.as_operator(example(CutoverApproved), "sam"),
        theirs.as_installation(example(ModelTrained)),
    ):
        assert "none that this installation trusts" in result(signing, event)[1]


def test_only_services_say_what_services_found_out(signing: Signing) -> None:
    for kind in {path.stem for path in DECISIONS} - {c.__name__ for c in (*BY_OPERATORS, *EITHER)}:
        (path,) = (path for path in DECISIONS if path.stem == kind)
        with pytest.raises(Refused, match="only the installation's services"):
            signing.as_operator(read(json.loads(path.read_text())), "sam")


def test_no_service_decides_for_a_person(signing: Signing) -> None:
    for kind in (CutoverApproved, RolledBack, CutoverRefused):
        assert "a service may not" in result(signing, signing.as_installation(example(kind)))[1]
    by_hand = signing.as_installation(example(TrainingRequested, requested_by="sam"))
    assert "a service may not" in result(signing, by_hand)[1]
    for one in BY_OPERATORS:
        assert result(signing, signing.as_installation(example(one, by="indexer")))[0] == FORGED


def test_services_refuse_and_ask_in_their_own_name_alone(signing: Signing) -> None:
    assert signing.objection(signing.as_installation(example(CutoverRefused, by="indexer"))) is None
    assert signing.objection(signing.as_installation(example(TrainingRequested, requested_by="drift"))) is None
    for event in (example(CutoverRefused, by="indexer"), example(TrainingRequested, requested_by="drift")):
        with pytest.raises(Refused, match="in the name of"):
            signing.as_operator(event, "sam")


def test_nobody_decides_in_anothers_name(signing: Signing) -> None:
    for kind in (CutoverApproved, RolledBack, CutoverRefused):
        with pytest.raises(Refused, match="'kim' signed in the name of 'sam'"):
            signing.as_operator(example(kind), "kim")
    right = signing.as_operator(example(CutoverApproved), "sam").signature
    assert right is not None
    for changed in ({"signer": "kim"}, {"signer": "installation"}):
        event = example(CutoverApproved).model_copy(update={"signature": right.model_copy(update=changed)})
        assert result(signing, event)[0] == FORGED


def test_a_key_signs_in_its_owners_name_alone(signing: Signing, home: Path) -> None:
    where = settings_of(home)
    for owner, claimed in (("kim", "sam"), ("kim", "installation"), (None, "sam")):
        key = keys.read(keys.operator_file(where, owner)) if owner else keys.installation(where)
        event = example(CutoverApproved) if claimed == "sam" else example(CutoverDone)
        value = base64.b64encode(key.sign(signed_bytes(event, claimed, key.id))).decode()
        signature = Signature(signer=claimed, key_id=key.id, value=value)
        claiming = event.model_copy(update={"signature": signature})
        assert f"not of '{claimed}'" in result(signing, claiming)[1]


def test_of_what_a_revoked_key_signed_one_move_may_stand(tmp_path: Path) -> None:
    signing = installation(tmp_path, "sam", "kim")
    stands, other = (signing.as_operator(example(RolledBack).model_copy(update={"event_id": n}), "sam") for n in "ab")
    operators.revoke(settings_of(tmp_path), "sam", AT, [stands])
    assert signing.objection(stands) is None
    assert "revoked on 2026-06-01" in result(signing, other)[1]
    altered = stands.model_copy(update={"model": "another"})
    assert "not what 'sam' signed" in result(signing, altered)[1]
    with pytest.raises(Refused, match="revoked"):
        signing.as_operator(example(RolledBack), "sam")


def test_a_revoked_key_says_nothing_from_then_on(tmp_path: Path) -> None:
    signing = installation(tmp_path, "sam", "kim")
    before = signing.as_operator(example(CutoverApproved), "sam")
    assert signing.objection(before) is None
    operators.revoke(settings_of(tmp_path), "sam", AT)
    assert "revoked on 2026-06-01" in result(signing, before)[1]
    with pytest.raises(Refused, match="revoked"):
        signing.as_operator(example(CutoverApproved), "sam")


def test_a_registry_that_cannot_be_believed_is_waited_for(tmp_path: Path) -> None:
    signing = installation(tmp_path, "sam")
    event, trained = signing.as_operator(example(CutoverApproved), "sam"), signing.as_installation(example(CutoverDone))
    signing.registry.path.write_text("{}")
    with pytest.raises(Retryable, match="put the right file back"):
        signing.objection(event)
    assert signing.objection(trained) is None


def test_what_is_no_decision_has_no_place_there(signing: Signing) -> None:
    assert result(signing, opened())[0] == FORGED


def test_numbers_are_signed_as_they_will_be_read(signing: Signing) -> None:
    event = example(ModelTrained)
    assert isinstance(event, ModelTrained)
    whole = event.comparison.model_copy(update={"low": 0, "high": 1})
    signed = signing.as_installation(event.model_copy(update={"comparison": whole}))
    again = decode(LEARNING, None, encode(signed), NOW)
    assert isinstance(again, Event)
    assert signing.objection(again) is None


def test_who_decides_is_the_one_whose_key_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="operators add NAME"):
        installation(tmp_path).operator()
    assert installation(tmp_path, "sam").operator() == "sam"
    both = installation(tmp_path, "kim")
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    assert both.operator() == "kim"
    monkeypatch.setattr(getpass, "getuser", lambda: "eve")
    with pytest.raises(Misconfigured, match="--by: kim, sam"):
        both.operator()
    assert both.operator("kim") == "kim"
    with pytest.raises(Misconfigured, match="'eve' has no key in this home"):
        both.operator("eve")


def test_an_operator_may_bring_the_key(tmp_path: Path) -> None:
    where = settings_of(tmp_path / "home")
    path = operators.add(where, "kim", AT, tmp_path / "kim.key")
    away = Signing(settings_of(tmp_path / "home", operator_key=path))
    assert away.operator() == "kim"
    event = example(CutoverApproved, by="kim")
    assert away.objection(away.as_operator(event, "kim")) is None
    with pytest.raises(Misconfigured, match="of 'kim', not of 'sam'"):
        away.operator("sam")


def test_a_clock_is_no_part_of_it(signing: Signing) -> None:
    old = example(CutoverApproved, occurred_at="2001-01-01T00:00:00Z")
    assert old.occurred_at < datetime(2002, 1, 1, tzinfo=AT.tzinfo)
    assert signing.objection(signing.as_operator(old, "sam")) is None


def test_a_key_that_was_handed_over_signs_for_its_holder_as_long_as_it_holds(tmp_path: Path) -> None:
    signing = installation(tmp_path, "ana", "ben")
    where = settings_of(tmp_path)
    key, other = (keys.read(keys.operator_file(where, name)) for name in ("ana", "ben"))
    refusal = CutoverRefused(
        event_id="e", tenant="acme", occurred_at=AT, packet="a" * 64, collection="c", by="ana", reason="worse"
    )
    assert signing.holder(key).name == "ana"
    assert signing.objection(signing.with_key(refusal, "ana", key)) is None
    with pytest.raises(Refused, match="ben"):
        signing.with_key(refusal, "ana", other)
    with pytest.raises(Refused, match="none that this installation trusts"):
        signing.holder(keys.generate())
    with pytest.raises(Refused, match="none that this installation trusts"):
        signing.holder(keys.installation(where))
    operators.revoke(where, "ana", AT)
    for act in (lambda: signing.holder(key), lambda: signing.with_key(refusal, "ana", key)):
        with pytest.raises(Refused, match="the key of 'ana' was revoked"):
            act()
