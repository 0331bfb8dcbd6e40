"""Readiness: what does not answer is named, nothing else is told, and stores are not asked all the time."""

from gateway.readiness import Readiness
from stores.errors import Retryable


def test_what_does_not_answer_is_named_without_its_address() -> None:
    def away() -> None:
        raise Retryable("redis://:password@host does not answer")

    found = Readiness({"broker": lambda: None, "redis": away})()
    assert found["broker"] == "ok"
    assert found["redis"] != "ok"
    assert "password" not in found["redis"]


def test_it_is_asked_once_a_second() -> None:
    clock, asked = [0.0], list[float]()
    ready = Readiness({"broker": lambda: asked.append(clock[0])}, clock=lambda: clock[0])
    for clock[0] in (0.0, 0.5, 1.0, 1.1, 3.0):
        ready()
    assert asked == [0.0, 1.1, 3.0]
