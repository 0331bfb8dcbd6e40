import json
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.fusion import Fusion
from schemas.learning import Comparison, ModelTrained
from tests.trainer.build import START
from tests.trainer.judging.test_evaluate import KNOWN, TESTS, found
from trainer.config import TrainingConfig
from trainer.judging import gate, report
from trainer.judging.evaluate import BM25, BM25_CLICKED, CANDIDATE, DENSE, LIVE, REWEIGHTED


def test_people_get_figures_reasons_and_the_rules_that_held(tmp_path: Path) -> None:
    seen, config = found(), TrainingConfig()
    report.write(tmp_path / "report", seen, gate.judge(seen.scores(), seen.behaviours, config.gate), KNOWN, config)
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text())
    assert metrics["verdict"] == "INCONCLUSIVE"
    assert "only 2 held-out queries" in metrics["reasons"][0]
    assert metrics["systems"][CANDIDATE]["ndcg@10"] == 1.0
    assert set(metrics["systems"]) == {CANDIDATE, LIVE, REWEIGHTED, BM25, BM25_CLICKED, *DENSE.values()}
    chosen = metrics["fusions"][CANDIDATE]
    assert (chosen["dense"], chosen["k"]) == (seen.choices[CANDIDATE].fusion.dense, 60)
    assert len(chosen["tried"]) == len(seen.choices[CANDIDATE].tried) > 1
    assert metrics["fusions"]["today"] == {"dense": 0.1, "k": 60}
    assert metrics["documents"] == {"ranked": 2, "of": 2}
    short = metrics["failure_patterns"]["short answers"]
    assert (short["queries"], short["difference"]) == (2.0, pytest.approx(0.184535))
    assert metrics["slice_differences"]["head"]["queries"] == 1
    assert metrics["behaviours"] == {
        "paraphrase": {"tests": 1, "live": 0, "candidate": 1, "groups": 1, "lost": 0, "won": 1}
    }
    assert metrics["rules"] == json.loads(config.model_dump_json())
    examples = json.loads((tmp_path / "report" / "examples.json").read_text())
    assert examples["worst_losses"] == []
    (win,) = examples["best_wins"]
    assert win["query"] == "gamma"
    assert win["sought"] == {"b": "Title of b"}
    assert win["first_live"] == ["Title of a", "Title of b"]
    assert win["ndcg_live"] < win["ndcg_candidate"] == 1.0


def test_losses_are_the_worst_first_and_no_more_than_shown() -> None:
    seen = found()
    swapped = replace(seen, rankings={**seen.rankings, CANDIDATE: seen.rankings[LIVE], LIVE: seen.rankings[CANDIDATE]})
    assert [one["query"] for one in report.examples(swapped, KNOWN, 5)["worst_losses"]] == ["gamma"]
    assert report.examples(swapped, KNOWN, 5)["best_wins"] == []
    assert report.examples(swapped, KNOWN, 0)["worst_losses"] == []


@pytest.mark.parametrize("how", ["not for everyone", "gone"])
def test_what_not_everyone_may_see_is_named_nowhere(tmp_path: Path, how: str) -> None:
    seen, config = replace(found(), lost_tests=tuple(test.name for test in TESTS)), TrainingConfig()
    hidden = {**KNOWN, "a": replace(KNOWN["a"], for_everyone=False)}
    if how == "gone":
        del hidden["a"]
    (win,) = report.examples(seen, hidden, 5)["best_wins"]
    assert (win["query"], win["first_live"]) == ("gamma", ["Title of b"])
    hidden["b"] = replace(KNOWN["b"], for_everyone=False)
    report.write(tmp_path, seen, gate.judge(seen.scores(), seen.behaviours, config.gate), hidden, config)
    assert json.loads((tmp_path / "examples.json").read_text()) == {"worst_losses": [], "best_wins": []}
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["systems"][CANDIDATE]["ndcg@10"] == 1.0, "it counts all the same"
    assert metrics["lost_behaviour_tests"] == [test.name for test in TESTS if not test.expected & {"a", "b"}]


def test_the_card_names_tenant_parent_snapshot_and_interval() -> None:
    event = ModelTrained(
        event_id="e",
        tenant="acme",
        occurred_at=START,
        run="run-1",
        model="acme-run-1",
        parent="base",
        snapshot="snapshot-1",
        comparison=Comparison(
            queries=90,
            ndcg_candidate=0.7,
            ndcg_live=0.6,
            ndcg_base=0.5,
            ndcg_bm25=0.4,
            difference=0.1,
            low=0.05,
            high=0.15,
            ndcg_live_reweighted=0.58,
            dense_candidate=0.66,
            fusion_candidate=Fusion(dense=0.7),
        ),
        reasons=("better",),
    )
    card = report.card(event)
    for row in (
        "served with this model (70 % by meaning, 30 % by words) | 0.700 |",
        "the live model before (even weights) | 0.600 |",
        "by the live model with weights chosen anew | 0.580 |",
        "this model's vectors alone | 0.660 |",
        "the live model's vectors alone | - |",
    ):
        assert row in card
    for words in ("# acme-run-1", "`base`", "`snapshot-1`", "90 held-out", "0.700", "0.400", "+0.050 to +0.150"):
        assert words in card
