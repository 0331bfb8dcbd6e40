"""A language model that a run may ask: whatever the endpoint does, the run goes on, and its bounds hold."""

import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from stores.errors import Retryable
from tests.stores.chat_server import ChatServer, chatting
from tests.trainer.chatting import Remembered, chat, rules
from trainer.chat import ChatRules
from trainer.learning.child import Cancelled


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        yield found


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.chat._PAUSE_S", 0.01)


def shout(answer: str) -> str | None:
    return answer.upper() or None


def test_what_was_answered_is_not_asked_again(server: ChatServer) -> None:
    answers = Remembered()
    first, second = (chat(rules(server), answers) for _ in range(2))
    assert first.ask("s", "u", 10, shout) == second.ask("s", "u", 10, shout) == "YOU SAID U"
    assert (first.spent.calls, first.spent.tokens, second.spent.calls, second.spent.known) == (1, 100, 0, 1)
    second.ask("another prompt", "u", 10, shout)
    chat(rules(server).model_copy(update={"model": "another"}), answers).ask("s", "u", 10, shout)
    assert len(server.asked) == 3


def test_a_busy_endpoint_is_asked_again_and_a_failing_one_is_left_alone(server: ChatServer) -> None:
    server.instead += [(503, b"busy")] * 2
    patient = chat(rules(server, attempts=3))
    assert patient.ask("s", "u", 10, shout) == "YOU SAID U"
    assert (patient.spent.calls, patient.ended) == (3, "")
    server.asked.clear()
    server.always = (500, b"broken")
    hasty = chat(rules(server, attempts=2, failures=2))
    assert [hasty.ask("s", f"u{n}", 10, shout) for n in range(5)] == [None] * 5
    assert len(server.asked) == 4
    assert "2 questions in a row had no usable answer; the last: 127.0.0.1 answered 500: broken" in hasty.ended


def test_one_that_is_slow_wrong_absent_or_not_named_ends_in_a_reason(server: ChatServer) -> None:
    server.waits_s = 1.0
    slow = chat(rules(server, timeout_s=0.1, failures=1))
    assert slow.ask("s", "u", 10, shout) is None
    assert "127.0.0.1" in slow.ended
    server.waits_s, server.say = 0.0, lambda user: ""
    answers = Remembered()
    wrong = chat(rules(server, failures=1), answers)
    assert wrong.ask("s", "u", 10, shout) is None
    assert "another form" in wrong.ended
    assert answers.known == {}, "what is of no use is not kept"
    absent = chat(ChatRules(url="http://127.0.0.1:9/v1", model="m", attempts=1, failures=1))
    assert absent.ask("s", "u", 10, shout) is None
    assert "does not answer" in absent.ended
    unnamed = chat(ChatRules())
    assert unnamed.ask("s", "u", 10, shout) is None
    assert unnamed.ended == "no language model is named (training.chat)"


def test_calls_tokens_and_seconds_are_bounded(server: ChatServer) -> None:
    few = chat(rules(server), calls=2)
    assert [few.ask("s", str(n), 10, shout) is not None for n in range(4)] == [True, True, False, False]
    assert few.ended == "the 2 calls of a run are spent"
    dear = chat(rules(server), tokens=250)
    assert [dear.ask("s", str(n), 100, shout) is not None for n in range(4)] == [True, True, False, False]
    assert dear.spent.tokens == 200
    assert dear.ended == "the 250 tokens of a run are spent"
    assert chat(rules(server), tokens=50).ask("s", "u", 100, shout) is None, "an answer might cost more than is left"
    late = chat(rules(server, max_s=0.01))
    time.sleep(0.05)
    assert late.ask("s", "u", 10, shout) is None
    assert "seconds of a run are over" in late.ended


def test_a_failed_question_costs_what_it_sent(server: ChatServer) -> None:
    server.always = (500, b"broken")
    asked = chat(rules(server, attempts=2), tokens=1_000)
    asked.ask("s", "u" * 900, 10, shout)
    assert asked.spent.tokens >= 600


def test_a_run_that_is_to_stop_asks_nothing_more(server: ChatServer) -> None:
    stop = threading.Event()
    asked = chat(rules(server, attempts=5), stop=stop)
    server.always = (503, b"busy")
    threading.Timer(0.2, stop.set).start()

    def ask_on() -> None:
        for n in range(1_000):
            asked.ask("s", str(n), 10, shout)
            asked.ended = ""

    with pytest.raises(Cancelled):
        ask_on()
    with pytest.raises(Cancelled):
        asked.ask("s", "u", 10, shout)


def test_a_cache_that_is_away_is_done_without(server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Retryable("Redis did not answer")

    monkeypatch.setattr(Remembered, "read", away)
    monkeypatch.setattr(Remembered, "keep", away)
    assert chat(rules(server)).ask("s", "u", 10, shout) == "YOU SAID U"


@pytest.mark.parametrize("url", ["http://api.example.com/v1", "ftp://localhost", "https://key@api.example.com"])
def test_texts_go_nowhere_in_the_clear(url: str) -> None:
    with pytest.raises(ValidationError):
        ChatRules(url=url, model="m")
