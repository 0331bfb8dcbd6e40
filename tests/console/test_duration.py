"""How long a training takes, by what is known."""

from datetime import UTC, datetime, timedelta

from console.duration import MEASURED, in_words

AT = datetime(2026, 5, 2, tzinfo=UTC)


def run(minutes: float, verdict: str = "WIN", candidate: float | None = 0.8, rung: str = "full") -> dict[str, object]:
    ended = AT + timedelta(minutes=minutes)
    return {"requested_at": AT, "ended_at": ended, "verdict": verdict, "ndcg_candidate": candidate, "rung": rung}


def test_the_newest_runs_that_learned_and_compared_tell() -> None:
    others = [
        run(0, "RUNNING"),
        run(1, "ERROR", None),
        run(1, "STOPPED"),
        run(1, "INCONCLUSIVE", None),
        run(2, rung="adopt"),
    ]
    runs = [*others, run(10), run(30, "LOSS"), run(12, "INCONCLUSIVE"), run(14), run(16), run(900)]
    assert (
        in_words(runs)
        == "The last 5 trainings took 14 min in the middle (10 min to 30 min), from the request to its end."
    )
    assert in_words([*others, run(7)]) == "The last training took 7 min, from the request to its end."


def test_before_the_first_a_measured_one_is_named() -> None:
    assert in_words([run(1, "STOPPED")]) == in_words([]) == MEASURED
    assert "5 to 6 minutes on two cores" in MEASURED
