"""The rungs of a run: what is made of live, what is learned, what is chosen, and that nothing held out takes part."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval.endpoint import FILE as ENDPOINT
from retrieval.endpoint import Endpoint
from retrieval.query_side import FILE, QuerySide, mapped, with_query_side
from schemas.fusion import EVEN
from stores.model_files import MANIFEST
from tests.trainer.turned import DOCUMENTS, NAMES, TAUGHT, VALIDATION, WIDTH, Heard, ladder
from trainer.config import EvaluationRules, TrainingConfig
from trainer.judging.ladder import LadderRules
from trainer.judging.validation import Validation
from trainer.ladder import COMPARING, LEARNING_MAP, Candidate, Ladder
from trainer.learning import query_map
from trainer.learning.child import Cancelled
from trainer.learning.query_map import MapRules

MAPS = MapRules(passes=20, ridge=1.0)
RULES = TrainingConfig(
    ladder=LadderRules(rungs=("weights", "query_map")), query_map=MAPS, evaluation=EvaluationRules(min_validation=5)
)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A directory of a model that stands on the shelf."""
    path = tmp_path / "live"
    (path / "tidewheel").mkdir(parents=True)
    for name in ("model.safetensors", "README.md", MANIFEST, "tidewheel/metrics.json"):
        (path / name).write_text(name)
    return path


def test_a_map_is_learned_chosen_and_stands_beside_the_weights_of_live(tmp_path: Path, live: Path) -> None:
    steps = ladder(tmp_path, live, RULES)
    found = steps.climb()
    assert [one.rung for one in found.tried] == ["weights", "query_map"]
    assert found.tried[1].gain > found.tried[0].gain + 0.2
    assert found.candidate is not None
    assert (found.candidate.rung, found.candidate.documents, found.candidate.made) == ("query_map", "a" * 64, None)
    assert [(one.documents, one.passages) for one in found.tried] == [(0, 0), (0, 0)]
    path = found.candidate.make()
    assert {p.name for p in path.iterdir()} == {"model.safetensors", FILE}, "what is about live alone stays there"
    side = QuerySide.of(path)
    assert side is not None
    assert side.map is not None
    passages = len(steps.asked.corpus.texts)
    assert np.array_equal(found.candidate.vectors[:passages], steps.vectors[:passages]), "documents are as they were"
    queries = steps.vectors[passages : len(steps.asked.texts)]
    assert np.allclose(found.candidate.vectors[passages:], mapped(queries, side.map), atol=1e-6)
    assert isinstance(steps.status, Heard)
    assert steps.status.facts
    assert steps.status.stages == [COMPARING, LEARNING_MAP, COMPARING, COMPARING], "each bar has its name"


def test_a_map_goes_on_from_that_of_live(tmp_path: Path, live: Path) -> None:
    before = np.roll(np.eye(WIDTH, dtype=np.float32), 3, axis=1)
    mapped_live = with_query_side(live, QuerySide("c" * 64, before), tmp_path / "mapped", ())
    found = {one.rung: one for one in made(ladder(tmp_path, mapped_live, RULES))}
    sides = {name: QuerySide.of(one.make()) for name, one in found.items()}
    plain = {one.rung: one for one in made(ladder(tmp_path, live, RULES))}
    learned = QuerySide.of(plain["query_map"].make())
    assert all(side is not None and side.documents == "c" * 64 for side in sides.values())
    assert sides["weights"] is not None
    assert np.array_equal(sides["weights"].map, before)  # type: ignore[arg-type]  # there is one
    assert sides["query_map"] is not None
    assert learned is not None
    assert np.allclose(sides["query_map"].map, before @ learned.map, atol=1e-5)  # type: ignore[arg-type,operator]


def made(steps: Ladder) -> list[Candidate]:
    judge = Validation(steps.asked, steps.vectors, steps.context.fusion("acme"), 5)
    return list(steps._made(["weights", "query_map"], judge))


def test_no_document_that_is_held_out_is_a_negative(
    tmp_path: Path, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, list[int]]] = []

    def learn(anchors: object, documents: np.ndarray, own: list[int], *_: object) -> np.ndarray:
        given.append((len(documents), own))
        return np.zeros((WIDTH, WIDTH), dtype=np.float32)

    monkeypatch.setattr(query_map, "learn", learn)
    found = ladder(tmp_path, live, RULES).climb()
    assert given == [(TAUGHT, list(range(TAUGHT)))]
    assert TAUGHT < DOCUMENTS == len(NAMES)
    assert [one.rung for one in found.tried] == ["weights"], "none of a map is a choice"


def test_where_nothing_gains_nothing_is_changed(tmp_path: Path, live: Path) -> None:
    rules = RULES.model_copy(update={"ladder": LadderRules(rungs=("weights",))})
    asked = ladder(tmp_path, live, rules)
    found = asked.climb()
    assert found.candidate is None
    live_there = Validation(asked.asked, asked.vectors, EVEN, 5).of_live
    assert f"which ranks them with an nDCG@10 of {live_there:.3f};" in found.reasons[0]
    assert "the hold-out was not looked at: weights +0.000" in found.reasons[0]


def test_too_few_validation_queries_choose_nothing(tmp_path: Path, live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = VALIDATION[:4]
    found = ladder(tmp_path, live, RULES, few).climb()
    assert found.candidate is None
    assert "only 4 validation queries; 5 are needed to choose among weights, query_map" in found.reasons[0]
    fitted = Candidate("full", np.zeros((0, 0), dtype=np.float32), lambda: live, 1.0, {})
    monkeypatch.setattr(Ladder, "_fit", lambda self: fitted)
    rules = RULES.model_copy(update={"ladder": LadderRules()})
    assert ladder(tmp_path, live, rules, few).climb().candidate is fitted


def test_a_learned_model_says_what_has_to_be_embedded_and_needs_a_clear_gain(
    tmp_path: Path, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = RULES.model_copy(update={"ladder": LadderRules()})
    steps = ladder(tmp_path, live, rules)
    right = next(one for one in made(steps) if one.rung == "query_map").vectors
    monkeypatch.setattr(Ladder, "_fit", lambda self: Candidate("full", right, lambda: live, 9.0, {}))
    found = steps.climb()
    assert [(one.rung, one.documents, one.passages) for one in found.tried[2:]] == [("full", DOCUMENTS, DOCUMENTS)]
    assert found.candidate is not None
    assert found.candidate.rung == "query_map", "as good, and cheaper"


def test_who_leaves_live_behind_tries_nothing_that_is_made_of_it(
    tmp_path: Path, live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ladder, "_fit", lambda self: Candidate("full", self.vectors, lambda: live, 9.0, {}))
    rules = RULES.model_copy(update={"ladder": LadderRules()})
    found = replace(ladder(tmp_path, live, rules), start=tmp_path / "base").climb()
    assert [one.rung for one in found.tried] == ["full"]


def test_a_run_that_is_stopped_ends_between_two_steps(tmp_path: Path, live: Path) -> None:
    steps = ladder(tmp_path, live, RULES)
    steps.context.stop.set()
    with pytest.raises(Cancelled):
        steps.climb()


def test_a_model_that_is_elsewhere_does_not_learn_but_its_queries_do(tmp_path: Path, live: Path) -> None:
    Endpoint(url="https://api.example.com/v1", model="m").save(live)
    found = ladder(tmp_path, live, RULES.model_copy(update={"ladder": LadderRules()})).climb()
    assert [one.rung for one in found.tried] == ["weights", "query_map"]
    assert found.candidate is not None
    assert (found.candidate.make() / ENDPOINT).is_file()
    nothing = ladder(tmp_path, live, RULES.model_copy(update={"ladder": LadderRules(rungs=("fit",))})).climb()
    assert (nothing.candidate, nothing.tried) == (None, ())
    assert nothing.reasons
