"""Rights: a key decides nothing that it was not given for, wherever its owner signs."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from operations import operators
from schemas.learning import (
    CutoverApproved,
    CutoverRefused,
    Decision,
    DriftMuted,
    ModelTrained,
    RequestDismissed,
    RolledBack,
    TrainingRequested,
    TrainingStopped,
)
from stores import keys
from stores.errors import Refused
from stores.rights import EVERY, MEANING, Right, lacking, needed
from stores.signing import FORGED, Signing, _sign
from tests.stores.keyed import AT, installation, settings_of
from tests.stores.test_signing import example

DECISIONS: Mapping[type[Decision], Right] = {
    CutoverApproved: Right.APPROVE,
    CutoverRefused: Right.APPROVE,
    RolledBack: Right.ROLLBACK,
    TrainingRequested: Right.RETRAIN,
    TrainingStopped: Right.RETRAIN,
    RequestDismissed: Right.DRIFT,
    DriftMuted: Right.DRIFT,
}


def signed_by(kind: type[Decision], name: str) -> Decision:
    field = "requested_by" if kind is TrainingRequested else "by"
    return example(kind, **{field: name})


@pytest.mark.parametrize("kind", DECISIONS)
def test_an_operator_signs_what_the_key_is_for_and_nothing_else(tmp_path: Path, kind: type[Decision]) -> None:
    where, right = settings_of(tmp_path), DECISIONS[kind]
    operators.add(where, "kim", AT, may=frozenset({right}))
    operators.add(where, "lee", AT, may=EVERY - {right})
    signing = Signing(where)
    event = signing.as_operator(signed_by(kind, "kim"), "kim")
    assert signing.objection(event) is None
    with pytest.raises(Refused, match=f"'lee' may not .*--may {right}"):
        signing.as_operator(signed_by(kind, "lee"), "lee")


@pytest.mark.parametrize("kind", DECISIONS)
def test_who_signs_by_a_program_of_their_own_is_not_believed(tmp_path: Path, kind: type[Decision]) -> None:
    where = settings_of(tmp_path)
    key = keys.read(operators.add(where, "eve", AT, may=frozenset()))
    forged = _sign(signed_by(kind, "eve"), "eve", key)
    objection = Signing(where).objection(forged)
    assert objection is not None
    assert objection.code == FORGED
    assert "'eve' may not" in objection.reason


def test_a_key_without_a_list_may_do_everything(tmp_path: Path) -> None:
    signing = installation(tmp_path, "ana")
    assert [key.may for key in signing.registry.keys().values()] == [None]
    for kind in DECISIONS:
        assert signing.objection(signing.as_operator(signed_by(kind, "ana"), "ana")) is None


def test_what_the_installation_signs_needs_no_right(tmp_path: Path) -> None:
    signing = installation(tmp_path, "ana")
    assert needed(example(ModelTrained)) is None
    assert signing.objection(signing.as_installation(example(ModelTrained))) is None


def test_every_right_has_words_and_is_named_in_them() -> None:
    assert MEANING.keys() == {*Right}
    assert "'kim' may not roll back" in lacking("kim", Right.ROLLBACK)
    assert {*DECISIONS.values(), Right.REPLAY} == {*Right}
