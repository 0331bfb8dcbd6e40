from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from trainer.learning.loss import WeightedRankingLoss, labels


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


def test_what_is_barred_is_left_out_and_nothing_else(model: SentenceTransformer) -> None:
    anchors, documents, negatives = columns(3, 3, 2)
    loss, weights = WeightedRankingLoss(model, scale=1.0), torch.tensor([1.0, 2.0, 3.0])
    labelled = labels(weights, [7, 8, 9], [7, 9], {(7, 9), (8, 50)}, {(8, 9), (9, 8)})
    assert labelled[:, 1:].tolist() == [[0, 0, 1, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
    similar, everything = torch.nn.functional.cosine_similarity, torch.cat([documents, negatives])
    wanted = 0.0
    for n, left in enumerate(([0, 1, 3, 4], [0, 1, 2, 3], [0, 1, 2, 3, 4])):
        scores = similar(anchors[n : n + 1], everything[left])
        wanted += (n + 1) * -torch.log_softmax(scores, dim=0)[n].item() / 6
    found = loss.compute_loss_from_embeddings([anchors, documents, negatives], labelled)
    assert found.item() == pytest.approx(wanted, rel=1e-5)
    assert labels(weights, [7, 8, 9], [7, 9], {(7, 50)}, ()) is weights


def test_explicit_negatives_are_compared_and_not_moved(model: SentenceTransformer) -> None:
    loss, weights = WeightedRankingLoss(model), torch.ones(2)
    texts = (["leave", "pay"], ["sixteen weeks of leave", "pay is on the first"], ["leave the building"])
    expected = [model(model.preprocess(list(column)))["sentence_embedding"] for column in texts]

    def moved(value: torch.Tensor) -> torch.Tensor:
        model.zero_grad()
        torch.autograd.backward(value, retain_graph=True)
        return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])

    plain = MultipleNegativesRankingLoss(model)
    held = plain.compute_loss_from_embeddings([*expected[:2], expected[2].detach()], torch.empty(0))
    learning = list[bool]()
    hook = model.register_forward_pre_hook(lambda *_: learning.append(torch.is_grad_enabled()))
    found = loss([model.preprocess(list(column)) for column in texts], weights)
    hook.remove()
    assert learning == [True, True, False]
    assert found.item() == pytest.approx(held.item(), rel=1e-5)
    wanted, whole = moved(held), loss.compute_loss_from_embeddings(expected, weights)
    assert torch.allclose(moved(found), wanted, atol=1e-4)
    assert torch.allclose(moved(whole), wanted, atol=1e-4), "whoever embeds them with gradients moves them no more"
    assert wanted.abs().max() > 1e-3


def test_a_small_batch_moves_the_weights_by_its_share(model: SentenceTransformer) -> None:
    vectors, weights = columns(4, 4), torch.ones(4)
    whole, small, large = (
        WeightedRankingLoss(model, size=size).compute_loss_from_embeddings(vectors, weights).item()
        for size in (4, 16, 2)
    )
    assert small == pytest.approx(whole / 4)
    assert large == pytest.approx(whole)
