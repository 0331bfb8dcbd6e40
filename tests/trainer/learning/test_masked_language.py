from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer

from tests.trainer.learning.fitting import job_for
from trainer.learning.child import Cancelled
from trainer.learning.masked_language import WordHead, continue_pretraining


def pretrain(
    parent: Path, directory: Path, steps: int = 30, texts: tuple[str, ...] | None = None
) -> tuple[float, bytes]:
    model, job = SentenceTransformer(str(parent), device="cpu"), job_for(directory, parent)
    if texts is not None:
        job = job.model_copy(update={"texts": texts})
    loss = continue_pretraining(model, job, steps, 0.5, lambda: False)
    return loss, next(iter(model.parameters())).detach().numpy().tobytes()


@pytest.mark.thorough
def test_guessing_becomes_better_and_can_be_repeated(tmp_path: Path, tiny_model: Path) -> None:
    (first, _), (last, weights), (again, same) = (pretrain(tiny_model, tmp_path, steps) for steps in (1, 30, 30))
    assert last < 0.9 * first
    assert (last, weights) == (again, same)


def test_without_texts_nothing_happens(tmp_path: Path, tiny_model: Path) -> None:
    assert pretrain(tiny_model, tmp_path, 3, ())[0] == 0.0


def test_it_stops_when_asked(tmp_path: Path, tiny_model: Path) -> None:
    model = SentenceTransformer(str(tiny_model), device="cpu")
    with pytest.raises(Cancelled):
        continue_pretraining(model, job_for(tmp_path, tiny_model), 3, 0.15, lambda: True)


def test_the_head_scores_every_word_of_the_vocabulary() -> None:
    head = WordHead(torch.nn.Embedding(11, 4))
    assert head(torch.zeros(3, 4)).shape == (3, 11)
