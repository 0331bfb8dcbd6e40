from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import TrainerCallback

from tests.trainer.learning.fitting import job_for
from trainer.learning.contrastive import Collate, PlannedBatches, contrastive_trainer
from trainer.learning.loss import WeightedRankingLoss


def test_batches_are_those_of_the_plan_of_the_epoch(tmp_path: Path, tiny_model: Path) -> None:
    job = job_for(tmp_path, tiny_model).model_copy(update={"batches": (((0, 1), (2, 3)), ((3, 2, 1, 0),))})
    model = SentenceTransformer(str(tiny_model), device="cpu")
    trainer = contrastive_trainer(model, job, TrainerCallback(), tmp_path / "state")
    sampler = trainer.get_train_dataloader().batch_sampler
    assert isinstance(sampler, PlannedBatches)
    assert (list(sampler), len(sampler)) == ([[0, 1], [2, 3]], 2)
    sampler.set_epoch(1)
    assert (list(sampler), len(sampler)) == ([[3, 2, 1, 0]], 1)


def test_rows_without_a_negative_bring_none(tiny_model: Path) -> None:
    collate = Collate(preprocess_fn=SentenceTransformer(str(tiny_model), device="cpu").preprocess)
    row = {"anchor": "one", "positive": "red thing", "negative": "", "label": 2.0, "row": 0}
    batch = collate([dict(row), {**row, "negative": "blue thing", "row": 5}, dict(row)])
    assert len(batch["anchor_input_ids"]) == len(batch["positive_input_ids"]) == 3
    assert len(batch["negative_input_ids"]) == 1
    assert batch["label"].tolist() == [2.0, 2.0, 2.0]
    assert not any(name.startswith("negative") for name in collate([dict(row)]))


def test_the_learning_rate_rises_and_reaches_zero_by_steps_or_by_time(tmp_path: Path, tiny_model: Path) -> None:
    model = SentenceTransformer(str(tiny_model), device="cpu")
    trainer = contrastive_trainer(model, job_for(tmp_path, tiny_model), TrainerCallback(), tmp_path / "state")
    factor = trainer.create_scheduler(10, torch.optim.SGD(model.parameters(), lr=1.0)).lr_lambdas[0]
    assert [round(factor(step), 3) for step in (0, 1, 5, 10)] == [1.0, 0.9, 0.5, 0.0], "one step of warm-up"
    trainer.deadline_s = 1e-9
    assert factor(1) == 0.0


def test_a_batch_below_the_size_of_the_job_moves_the_weights_less(tmp_path: Path, tiny_model: Path) -> None:
    model = SentenceTransformer(str(tiny_model), device="cpu")
    job, vectors = job_for(tmp_path, tiny_model), [torch.eye(4, 8), torch.ones(4, 8)]
    found = []
    for size in (4, 8):
        rules = job.rules.model_copy(update={"batch_size": size})
        sized = job.model_copy(update={"rules": rules})
        loss = contrastive_trainer(model, sized, TrainerCallback(), tmp_path / "state").loss
        assert isinstance(loss, WeightedRankingLoss)
        found.append(loss.compute_loss_from_embeddings(vectors, torch.ones(4)).item())
    whole, half = found
    assert whole > 0
    assert half == pytest.approx(whole / 2)


def test_barred_pairs_of_the_job_reach_the_loss(tmp_path: Path, tiny_model: Path) -> None:
    job = job_for(tmp_path, tiny_model)
    job = job.model_copy(update={"batches": (((0, 1, 2),),), "barred": frozenset({(2, 0)})})
    model = SentenceTransformer(str(tiny_model), device="cpu")
    trainer = contrastive_trainer(model, job, TrainerCallback(), tmp_path / "state")
    (batch,) = trainer.get_train_dataloader()
    assert batch["label"][:, 1:4].tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]
