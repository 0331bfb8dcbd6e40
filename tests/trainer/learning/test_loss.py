from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from trainer.learning.loss import WeightedRankingLoss


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> SentenceTransformer:
    return SentenceTransformer(str(tiny_model), device="cpu")


def columns(*rows: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(n, 8, generator=generator) for n in rows]


def test_equal_weights_give_the_plain_loss(model: SentenceTransformer) -> None:
    vectors = columns(6, 6, 6)
    plain = MultipleNegativesRankingLoss(model).compute_loss_from_embeddings(vectors, torch.empty(0))
    weighted = WeightedRankingLoss(model).compute_loss_from_embeddings(vectors, torch.full((6,), 3.0))
    assert weighted.item() == pytest.approx(plain.item(), rel=1e-5)
    assert WeightedRankingLoss(model).compute_loss_from_embeddings(vectors, None).item() == pytest.approx(plain.item())


def test_a_weight_counts_like_so_many_equal_pairs(model: SentenceTransformer) -> None:
    anchors, documents = columns(2, 2)
    loss = WeightedRankingLoss(model, scale=1.0)
    similar = torch.nn.functional.cosine_similarity
    one, two = (-torch.log_softmax(similar(anchors[n : n + 1], documents), dim=0)[n] for n in (0, 1))
    found = loss.compute_loss_from_embeddings([anchors, documents], torch.tensor([3.0, 1.0]))
    assert found.item() == pytest.approx((3 * one.item() + two.item()) / 4, rel=1e-5)


def test_explicit_negatives_may_be_fewer_than_pairs_and_make_it_harder(model: SentenceTransformer) -> None:
    anchors, documents, negatives = columns(4, 4, 1)
    loss = WeightedRankingLoss(model)
    weights = torch.ones(4)
    with_one = loss.compute_loss_from_embeddings([anchors, documents, negatives], weights)
    assert with_one.item() > loss.compute_loss_from_embeddings([anchors, documents], weights).item()
