"""Answers: problems that say what to do, and nothing of the installation's inside."""

import orjson
import pytest

from gateway.answers import Answered, answer, of_error, refusal
from stores.errors import Misconfigured, Poison, Refused, Retryable, TidewheelError


def test_a_problem_says_when_to_come_again_and_how_to_be_let_in() -> None:
    later = refusal(Answered(429, "Too Many Requests", "slower", retry_after_s=0.2))
    assert (later.status_code, later.headers["retry-after"]) == (429, "1")
    assert orjson.loads(later.body) == {
        "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "slower",
    }  # fmt: skip
    assert later.media_type == "application/problem+json"
    assert "retry-after" not in refusal(Answered(401, "Unauthorized", "key")).headers
    assert refusal(Answered(401, "Unauthorized", "key")).headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [(Retryable("a"), 503, "a"), (Refused("a"), 409, "a"), (Poison("a"), 422, "a")],
)
def test_errors_keep_their_words(error: TidewheelError, status: int, detail: str) -> None:
    found = of_error(error)
    assert (found.problem.status, found.problem.detail) == (status, detail)
    assert (found.retry_after_s is not None) == (status == 503)


def test_what_only_an_operator_can_mend_is_not_told() -> None:
    found = of_error(Misconfigured("/home/of/mine/keys/api.json cannot be read"))
    assert found.problem.status == 500
    assert "/home" not in found.problem.detail


@pytest.mark.parametrize(("status", "closed"), [(401, True), (413, True), (408, True), (422, False), (429, False)])
def test_nobody_goes_on_with_a_body_that_is_read_no_more(status: int, closed: bool) -> None:
    assert ("connection" in refusal(Answered(status, "a", "b")).headers) is closed
    assert refusal(Answered(status, "a", "b"), unread=True).headers["connection"] == "close"


def test_no_answer_is_taken_for_a_page() -> None:
    for made in (answer({"a": "<b>"}), refusal(Answered(400, "Bad Request", "<b>"))):
        assert made.headers["x-content-type-options"] == "nosniff"
