"""A decision as people read it, with what is wrong under it."""

from pathlib import Path

from operations import operators
from operations.audit import entries, entry
from schemas.learning import ModelRefused, RolledBack
from tests.stores.keyed import AT, installation, settings_of


class Rows:
    """The trail's rows."""

    def __init__(self, *payloads: str) -> None:
        self._payloads = payloads

    def query(self, name: str, **given: object) -> list[dict[str, object]]:
        assert (name, given["limit"]) == ("audit_newest", 9)
        return [{"payload": payload} for payload in self._payloads]


BACK = RolledBack(
    event_id="e", tenant="acme", occurred_at=AT, model="a", collection="c", previous_model="b", previous_collection="d",
    serving_version=3, by="ana", reason="complaints",
)  # fmt: skip


def test_a_decision_names_whose_it_is_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    signing = installation(tmp_path, "ana")
    right = entry(signing.as_operator(BACK, "ana"), signing)
    assert (right.by, right.signer, right.problem) == ("ana", "ana", "")
    assert right.facts == {
        "model": "a", "previous_model": "b", "collection": "c", "serving_version": 3, "reason": "complaints",
    }  # fmt: skip
    assert "missing" in entry(BACK, signing).problem
    altered = signing.as_operator(BACK, "ana").model_copy(update={"model": "z"})
    assert "is not what 'ana' signed" in entry(altered, signing).problem
    signed = signing.as_operator(BACK, "ana")
    operators.revoke(settings_of(tmp_path), "ana", AT)
    assert "the key of 'ana' was revoked" in entry(signed, signing).problem


def test_a_service_speaks_as_one_and_another_tenant_is_not_listed(tmp_path: Path) -> None:
    signing = installation(tmp_path)
    refused = ModelRefused(event_id="e", tenant="acme", occurred_at=AT, run="r", verdict="LOSS", reasons=("worse",))
    own = signing.as_installation(refused)
    other = signing.as_installation(refused.model_copy(update={"tenant": "beta"}))
    found = entries(Rows(own.model_dump_json(), other.model_dump_json(), "no event"), signing, "acme", 9, AT)
    assert [(one.type, one.by, one.problem) for one in found] == [("ModelRefused", "a service", "")]
