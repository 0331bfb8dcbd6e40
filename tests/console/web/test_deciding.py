"""A decision is signed by the session's own key, and says why in one line."""

import pytest

from console.web.deciding import reason_of, signer
from operations import operators
from schemas.learning import TrainingRequested
from stores import keys
from stores.errors import Refused
from tests.console.web.browsing import NOW, Site


def test_a_reason_is_one_line() -> None:
    assert reason_of("  too slow ") == "too slow"
    for text in ("", "  ", "a\nb", "a" * 4_001):
        with pytest.raises(Refused, match="audit trail"):
            reason_of(text)


def test_a_decision_is_the_operators_own(lonely: Site) -> None:
    operators.ensure(lonely.where, "ana", NOW)
    key = keys.parse(keys.operator_file(lonely.where, "ana").read_text(), "ana's key")
    console = lonely.console
    session = console.sessions.find(console.sessions.open(key, NOW), NOW)
    assert session is not None
    event = TrainingRequested(
        event_id="e", tenant="acme", occurred_at=NOW, run="run-1", requested_by="ana", reason="by hand"
    )
    assert signer(console, session)(event, "ana") == console.signing.as_operator(event, "ana")
