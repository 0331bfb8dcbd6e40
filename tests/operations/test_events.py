from datetime import UTC, datetime

from operations.events import Problem, checked, read_events, unchecked
from schemas.activity import DocumentOpened
from schemas.codec import encode
from schemas.topics import key_of

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CLICK = DocumentOpened(event_id="c1", tenant="acme", occurred_at=NOW, user="ana", document="hr/leave")


def test_lines_are_events_or_problems_by_number_and_blank_ones_nothing() -> None:
    lines = [encode(CLICK), b"", b"  \n", b"{", b"[1]", b'{"type": 7}', b'{"type": []}', b'{"type": "DocumentOpened"}']
    found = list(read_events(lines, NOW))
    assert found[0] == CLICK
    assert [problem.line for problem in found[1:] if isinstance(problem, Problem)] == [4, 5, 6, 7, 8]
    reasons = [problem.reason for problem in found[1:] if isinstance(problem, Problem)]
    assert reasons[0] == reasons[1] == "not a JSON object"
    assert reasons[2].startswith("type: 7 is none of DocumentUpserted")
    assert "Field required" in reasons[4]


def test_a_date_in_the_future_is_a_problem() -> None:
    (problem,) = read_events([encode(CLICK)], datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(problem, Problem)
    assert "future" in problem.reason


def test_a_checked_line_goes_to_its_topic_under_its_key_and_an_unchecked_one_as_it_is() -> None:
    assert list(checked([encode(CLICK), b"?"], NOW)) == [
        ("clicks", key_of(CLICK), encode(CLICK)), Problem(2, "not a JSON object"),
    ]  # fmt: skip
    assert list(unchecked([b"?\r\n", b"\xff"], "searches")) == [("searches", None, b"?"), ("searches", None, b"\xff")]
