"""The first steps: what is done is ticked with its count, and how much is enough is said by the rules."""

from console.web.first_steps import Begun, steps
from trainer.config import TrainingConfig
from trainer.judging.gate import GateRules

RULES = TrainingConfig(gate=GateRules(min_queries=30))
SOME = Begun(documents=300, searches=1_791, days=14, opened=40, run="run-1")


def test_at_the_very_beginning_nothing_is_done() -> None:
    found = steps("", Begun(), RULES)
    assert not any(step.done or step.counted for step in found)
    assert "`tidewheel connect searches LOG --tenant T`" in found[1].words
    assert [step.path for step in found] == ["", "", "/runs", "/runs", "/cutover"]


def test_what_is_done_is_ticked_with_its_count() -> None:
    found = steps("acme", SOME, RULES)
    assert [step.done for step in found] == [True, True, False, True, False]
    assert [step.counted for step in found[:3]] == [
        "300 documents", "1,791 searches in 14 days", "40 such queries so far",
    ]  # fmt: skip
    assert found[3].path == "/runs/run-1?tenant=acme"
    assert steps("acme", Begun(documents=1, searches=1, days=1), RULES)[1].counted == "1 search in 1 day"


def test_a_log_is_large_enough_by_the_trainers_own_rules() -> None:
    wait = steps("acme", SOME, RULES)[2]
    assert "at least 30 held-out queries" in wait.words
    assert f"after about {RULES.queries_needed} different queries" in wait.words
    assert wait.path == "/runs?tenant=acme"
    assert steps("acme", SOME._replace(opened=RULES.queries_needed), RULES)[2].done
