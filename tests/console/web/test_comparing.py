"""Two rankings of one query side by side."""

from console.web.comparing import ROW, Line, compared, worst_first
from schemas.packet import ExampleQuery, HeldOut, ShownDocument
from tests.schemas.packets import packet


def example(live: str, shadow: str, before: float | None = 0.2, after: float | None = 0.5) -> ExampleQuery:
    def side(names: str) -> tuple[ShownDocument, ...]:
        return tuple(ShownDocument(document=name, title=name, wanted=False) for name in names)

    return ExampleQuery(query="q", ndcg_live=before, ndcg_shadow=after, live=side(live), shadow=side(shadow))


def test_equal_documents_are_joined_and_moves_are_named() -> None:
    one = compared(example("abc", "bax"))
    assert one.marks == ["up 1", "down 1", "not shown before"], "an older packet does not tell"
    middle = [n * ROW + ROW // 2 for n in range(3)]
    assert one.lines == [Line(middle[1], middle[0], True), Line(middle[0], middle[1], True)]
    assert one.height == 3 * ROW
    assert compared(example("ab", "ab")).lines == [Line(n, n, False) for n in middle[:2]]
    assert compared(example("", "")).height == 0


def test_a_result_that_stood_behind_those_that_are_shown_rose_and_only_one_that_was_not_found_is_new() -> None:
    both = example("ab", "cda")
    ranked = [
        shown.model_copy(update={"before": before}) for shown, before in zip(both.shadow, (7, 0, None), strict=True)
    ]
    assert compared(both.model_copy(update={"shadow": tuple(ranked)})).marks == ["rose from rank 7", "new", "down 2"]


def test_the_change_is_of_queries_with_clicks_alone() -> None:
    assert compared(example("a", "a")).change == 0.3
    assert compared(example("a", "a", None, 0.5)).change is None
    assert compared(example("a", "a", 0.5, 0.5)).change == 0


def test_what_is_lost_comes_before_what_is_won() -> None:
    made = packet()
    better, worse = example("a", "better"), example("a", "worse")
    examples = {"better": (better,), "worse": (worse,), "different": (example("x", "y"), worse, better)}
    made = made.model_copy(
        update={
            "shadow_test": made.shadow_test.model_copy(update=examples),
            "held_out": HeldOut(wins=(example("a", "b"),), losses=()),
        }
    )
    assert [title.rpartition(" ")[2] for title, _ in worst_first(made)] == ["model", "different", "wins", "model"]
    assert "worse" in worst_first(made)[0][0]
    assert [len(each) for _, each in worst_first(made)] == [1, 1, 1, 1], "no query is shown twice"
