"""The process that learns to read queries, for real, on a tiny encoder: documents keep their vectors."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from retrieval.config import EncoderConfig
from retrieval.encoders import Encoder
from retrieval.query_side import QuerySide, with_query_side
from tests.trainer.learning.fitting import COLOURS, NUMBERS
from trainer.learning import fit
from trainer.learning.child import Cancelled
from trainer.learning.query_encoder import QueryJob, QueryRules
from trainer.learning.query_process import _Loss

DOCUMENTS = [f"{colour} thing" for colour in COLOURS]
OTHER = "a" * 64


def job_for(
    directory: Path, parent: Path, epochs: int = 40, never: dict[int, tuple[int, ...]] | None = None
) -> QueryJob:
    """Words that mean nothing to each other yet: 'one' must find 'red thing'."""
    np.save(directory / "documents.npy", Encoder(parent, EncoderConfig()).encode(DOCUMENTS))
    return QueryJob(
        parent=parent, output=directory / "learned", documents=OTHER, vectors=directory / "documents.npy", hashed="x",
        rules=QueryRules(epochs=epochs, batch_size=8, learning_rate=2e-2, threads=1, rank=4), anchors=NUMBERS,
        own=tuple(range(8)), never=tuple((never or {}).get(n, ()) for n in range(8)), weights=(1.0,) * 8,
    )  # fmt: skip


def served(job: QueryJob, live: Path, output: Path) -> Encoder:
    side = QuerySide.of(job.output)
    assert side is not None
    return Encoder(with_query_side(live, side, output, ()), EncoderConfig())


def right(encoder: Encoder) -> float:
    """Return the share of queries whose nearest document is their own."""
    found = encoder.encode_queries(NUMBERS) @ encoder.encode(DOCUMENTS).T
    return float(np.mean(found.argmax(axis=1) == np.arange(8)))


@pytest.mark.thorough
def test_queries_learn_to_find_documents_that_stay_as_they_are(tmp_path: Path, tiny_model: Path) -> None:
    job, progress = job_for(tmp_path, tiny_model), list[dict[str, Any]]()
    fit.run(job, tmp_path, progress.append, threading.Event(), 1)
    plain, changed = Encoder(tiny_model, EncoderConfig()), served(job, tiny_model, tmp_path / "model")
    assert right(changed) > right(plain) + 0.4
    assert np.array_equal(changed.encode(DOCUMENTS), plain.encode(DOCUMENTS)), "no document is embedded again"
    assert changed.documents("b" * 64) == OTHER
    assert [facts["step"] for facts in progress] == list(range(1, 41))
    assert progress[-1]["loss"] < progress[0]["loss"]
    fit.run(job, tmp_path, lambda _: pytest.fail("learned again"), threading.Event(), 1)


@pytest.mark.thorough
def test_it_goes_on_from_the_query_side_of_live(tmp_path: Path, tiny_model: Path) -> None:
    """With a rate of nearly nothing what was learned before stays, the map of live as well."""
    job = job_for(tmp_path, tiny_model)
    fit.run(job, tmp_path, lambda _: None, threading.Event(), 1)
    learned = QuerySide.of(job.output)
    assert learned is not None
    turn = np.roll(np.eye(32, dtype=np.float32), 1, axis=1)
    live = with_query_side(tiny_model, QuerySide(OTHER, turn, learned.additions), tmp_path / "live", ())
    (tmp_path / "again").mkdir()
    slow = job_for(tmp_path / "again", live, epochs=1)
    slow = slow.model_copy(update={"rules": slow.rules.model_copy(update={"learning_rate": 1e-9})})
    fit.run(slow, tmp_path / "again", lambda _: None, threading.Event(), 1)
    found = served(slow, live, tmp_path / "model")
    assert np.allclose(found.encode_queries(NUMBERS), Encoder(live, EncoderConfig()).encode_queries(NUMBERS), atol=1e-5)


def test_what_could_be_right_is_no_negative_and_a_heavier_example_counts_more(tmp_path: Path, tiny_model: Path) -> None:
    job = job_for(tmp_path, tiny_model, never={0: tuple(range(8))})
    model = SentenceTransformer(str(tiny_model), device="cpu").eval()
    alone, against, both = (_Loss(job, model, None).of(batch).item() for batch in ([0], [1], [0, 1]))
    assert alone == pytest.approx(0, abs=1e-6), "nothing is left that its own document is to be told from"
    assert against > 0.5
    assert both == pytest.approx(against / 2, rel=1e-4)
    heavy = job.model_copy(update={"weights": (3.0,) + (1.0,) * 7})
    assert _Loss(heavy, model, None).of([0, 1]).item() == pytest.approx(against / 4, rel=1e-4)


@pytest.mark.thorough
def test_it_ends_when_it_is_asked_to_and_begins_anew(tmp_path: Path, tiny_model: Path) -> None:
    job, stop = job_for(tmp_path, tiny_model, epochs=100_000), threading.Event()
    with pytest.raises(Cancelled):
        fit.run(job, tmp_path, lambda _: stop.set(), stop, 1)
    assert not job.output.exists()
    assert not (tmp_path / "queries.done").exists()
