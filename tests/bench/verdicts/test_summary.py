from bench.verdicts.summary import agreement, by_candidate
from bench.verdicts.trials import Outcome


def test_verdicts_are_held_against_the_truth() -> None:
    found = agreement(
        [
            Outcome("a", 0.05, 0.02, "WIN"),
            Outcome("a", 0.03, 0.02, "INCONCLUSIVE"),
            Outcome("b", 0.01, -0.02, "LOSS"),
            Outcome("c", 0.0, 0.03, "WIN"),
            Outcome("c", -0.1, -0.1, "LOSS"),
        ]
    )
    assert found == {"win_when_gain": 0.5, "win_when_no_gain": 0.5, "loss_when_gain": 0.333, "verdicts": 5}
    assert agreement([])["win_when_gain"] is None


def test_a_row_a_candidate_the_best_in_truth_first() -> None:
    rows = by_candidate(
        [Outcome("b", -0.1, 0.0, "LOSS"), Outcome("a", 0.1, 0.1, "WIN"), Outcome("a", 0.3, 0.1, "LOSS")]
    )
    assert [row["candidate"] for row in rows] == ["a", "b"]
    assert rows[0] == {"candidate": "a", "true": 0.2, "judged": 0.1, "win": 0.5, "loss": 0.5}
