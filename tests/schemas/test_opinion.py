from schemas.opinion import Opinion

SAID = Opinion(
    model="m", queries=40, depth=5, ndcg_live=0.5, ndcg_candidate=0.6, difference=0.1, low=-0.05, high=0.25,
    said="40 of 40 queries judged",
)  # fmt: skip


def test_it_is_called_an_opinion_and_figures_are_there_only_where_something_was_judged() -> None:
    assert SAID.in_words() == (
        "a language model's opinion (m), which decides nothing: nDCG@5 0.500 live, 0.600 new, difference +0.100 "
        "(-0.050 to +0.250); 40 of 40 queries judged"
    )
    nothing = SAID.model_copy(update={"queries": 0, "said": "0 of 40 queries judged; m does not answer"})
    assert "nDCG" not in nothing.in_words()
    assert nothing.in_words().endswith("m does not answer")
