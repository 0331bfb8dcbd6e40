"""What to do after a run without a model: nothing is broken, how much more is needed, and the command for it."""

from console.next_step import UNCHANGED, Ended, next_step
from trainer.config import TrainingConfig

RULES, OUTLOOK = TrainingConfig(), "People opened a result after 90 different queries so far."
INCONCLUSIVE = Ended("acme", "run-1", "INCONCLUSIVE", kept=False)


def said(ended: Ended) -> str:
    return " ".join(next_step(ended, RULES, OUTLOOK))


def test_where_nothing_was_compared_it_says_what_there_is_and_asks_for_another_run() -> None:
    words = said(INCONCLUSIVE)
    for part in (UNCHANGED, "Collect more clicks first", OUTLOOK, "`tidewheel retrain --tenant acme`",
                 "`tidewheel judgments import FILE --tenant acme`"):  # fmt: skip
        assert part in words, part
    assert "runs judge" not in words, "nothing is kept that could be judged"


def test_a_kept_model_is_judged_again_once_there_are_as_many_queries_as_are_needed() -> None:
    words = said(INCONCLUSIVE._replace(kept=True, needed=120, queries=80))
    for part in ("about 120 held-out queries are needed, 40 more than there were", "some 400 different queries in all",
                 "`tidewheel runs judge run-1 --tenant acme`"):  # fmt: skip
        assert part in words, part
    assert "about 120 held-out queries are needed." in said(INCONCLUSIVE._replace(needed=120))


def test_where_there_were_enough_queries_it_does_not_send_for_more() -> None:
    words = said(INCONCLUSIVE._replace(kept=True, needed=80, queries=80))
    assert "There were enough held-out queries" in words
    assert "Collect more clicks" not in words


def test_each_other_end_has_its_own_way_on() -> None:
    assert "Put right what the reason says" in said(INCONCLUSIVE._replace(verdict="ERROR"))
    assert "is worse, as a whole or in the part that the reason names" in said(INCONCLUSIVE._replace(verdict="LOSS"))
    assert "Somebody stopped it" in said(INCONCLUSIVE._replace(verdict="STOPPED"))
    for verdict in ("WIN", "RUNNING"):
        assert next_step(INCONCLUSIVE._replace(verdict=verdict), RULES, OUTLOOK) == ()
