"""The contrastive loss with a weight for every pair, and pairs that are left out."""

from collections.abc import Collection, Iterable, Sequence

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.util import cos_sim
from torch import Tensor
from torch.nn.functional import cross_entropy

Pairs = Collection[tuple[int, int]]


def labels(
    weights: Tensor, rows: Sequence[int], bringing: Sequence[int], barred: Pairs, barred_negatives: Pairs
) -> Tensor:
    """Return the labels of a batch: its weights, and where it holds barred pairs of rows what is left out, too.

    `rows` are the numbers of the batch's rows, `bringing` of those with a negative of their own, in their order;
    `barred` are pairs (row, other) whose document, `barred_negatives` those whose negative is left out.
    """
    out = [
        [float((row, other) in barred) for other in rows]
        + [float((row, other) in barred_negatives) for other in bringing]
        for row in rows
    ]
    if not any(map(any, out)):
        return weights
    return torch.cat([weights[:, None], torch.tensor(out, device=weights.device)], dim=1)


class WeightedRankingLoss(MultipleNegativesRankingLoss):
    """Multiple-negatives ranking (InfoNCE; van den Oord et al., 2018) with per-pair weights.

    For batch rows i with weight w: sum of w_i * -log softmax_i(scale * cos(anchor_i, documents)) over the sum of w.
    The weights come as labels, shape (batch,), positive; without labels all pairs weigh the same. Labels of shape
    (batch, 1 + documents) have the weight first, then 1 for each document that may be right for the row's anchor and is
    left out of its sum. The columns after the positives are explicit negatives and may have fewer rows than the batch;
    they push anchors away and are not moved themselves (docs/RECIPE.md).
    A batch of fewer rows than `size` moves the weights by so much less: no example counts more for want of company.
    """

    def __init__(self, model: SentenceTransformer, scale: float = 20.0, size: int = 1) -> None:
        super().__init__(model, scale=scale)
        self._size = size

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor | None) -> Tensor:
        """Return the loss of a batch. Explicit negatives need no gradient, so embedding them takes a third of the time.

        They come after the others, because autocast keeps the weights that it has cast.
        """
        columns = list(sentence_features)
        embeddings = [self.model(column)["sentence_embedding"] for column in columns[:2]]
        with torch.no_grad():
            embeddings += [self.model(column)["sentence_embedding"] for column in columns[2:]]
        return self.compute_loss_from_embeddings(embeddings, labels)

    def compute_loss_from_embeddings(self, embeddings: list[Tensor], labels: Tensor | None) -> Tensor:
        """Return the weighted mean loss of one batch of embeddings: anchors, positives, negatives."""
        anchors, documents = embeddings[0], torch.cat([embeddings[1], *(held.detach() for held in embeddings[2:])])
        scores = cos_sim(anchors, documents) * self.scale
        own = torch.arange(len(anchors), device=scores.device)
        share = min(1.0, len(anchors) / self._size)
        if labels is not None and labels.dim() > 1:
            scores = scores.masked_fill(labels[:, 1:] > 0, float("-inf"))
            labels = labels[:, 0]
        losses = cross_entropy(scores, own, reduction="none")
        if labels is None:
            return share * losses.mean()
        weights = labels.to(losses.dtype)
        return share * (losses * weights).sum() / weights.sum()
