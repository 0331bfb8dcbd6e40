"""A record that was altered in Redis ends in a refusal that names what is wrong."""

import pytest
from pydantic import TypeAdapter

from operations.altered import refused_if_altered
from schemas.ids import ModelId
from schemas.learning import CutoverRefused
from stores.errors import Refused
from tests.schemas.packets import NOW


def test_the_fields_that_fit_no_event_are_named() -> None:
    with (
        pytest.raises(
            Refused, match=r"what Redis holds of 'acme' was not put there by a service \(collection, packet\)"
        ),
        refused_if_altered("acme"),
    ):
        CutoverRefused(event_id="e", tenant="acme", occurred_at=NOW, packet="", collection="\x1b", by="op", reason="no")
    with pytest.raises(Refused), refused_if_altered("acme"):
        TypeAdapter(ModelId).validate_python("\x1b")


def test_what_fits_and_other_errors_pass() -> None:
    with refused_if_altered("acme"):
        pass
    with pytest.raises(ZeroDivisionError), refused_if_altered("acme"):
        raise ZeroDivisionError
