"""Events of documents: what is a contradiction is refused."""

import pytest
from pydantic import ValidationError

from schemas.documents import DocumentDeleted, DocumentRenamed, DocumentUpserted, Removal
from tests.schemas.samples import WHEN


def test_a_document_is_renamed_to_another_id() -> None:
    event = DocumentRenamed(event_id="r", tenant="acme", occurred_at=WHEN, document="a", renamed_to="b", version=3)
    assert isinstance(event, Removal)
    with pytest.raises(ValidationError, match="another id"):
        DocumentRenamed(event_id="r", tenant="acme", occurred_at=WHEN, document="a", renamed_to="a", version=3)


def test_what_removes_a_document_is_a_deletion_or_a_rename() -> None:
    assert issubclass(DocumentDeleted, Removal)
    assert not issubclass(DocumentUpserted, Removal)
