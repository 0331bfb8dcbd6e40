"""What is read as a form, and what is not."""

import pytest
from fastapi import HTTPException

from console.web.forms import MOST_BYTES, fields
from tests.console.web.browsing import Site


def test_fields_come_as_they_were_written() -> None:
    assert fields(b"a=1&b=%C3%A4+%26&empty=") == {"a": "1", "b": "ä &", "empty": ""}
    assert fields(b"") == {}


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=%ff", "a=ä".encode(), b"&".join(b"f%d=1" % n for n in range(60))])
def test_what_no_form_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(HTTPException) as refused:
        fields(body)
    assert refused.value.status_code == 400


def test_a_body_of_another_kind_or_without_end_is_refused(lonely: Site) -> None:
    browser = lonely.browser()
    assert browser.post("/sign-in", {"key": "x"}, **{"content-type": "multipart/form-data"}).status == 415
    assert browser.post("/sign-in", {"key": "x" * MOST_BYTES}).status == 413
