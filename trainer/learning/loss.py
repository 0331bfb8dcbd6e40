"""The contrastive loss with a weight for every pair."""

import torch
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.util import cos_sim
from torch import Tensor
from torch.nn.functional import cross_entropy


class WeightedRankingLoss(MultipleNegativesRankingLoss):
    """Multiple-negatives ranking (InfoNCE; van den Oord et al., 2018) with per-pair weights.

    For batch rows i with weight w: sum of w_i * -log softmax_i(scale * cos(anchor_i, documents)) over the sum of w.
    The weights come as labels, shape (batch,), positive; without labels all pairs weigh the same. The columns after the
    positives are explicit negatives and may have fewer rows than the batch.
    """

    def compute_loss_from_embeddings(self, embeddings: list[Tensor], labels: Tensor | None) -> Tensor:
        """Return the weighted mean loss of one batch of embeddings: anchors, positives, negatives."""
        anchors, documents = embeddings[0], torch.cat(embeddings[1:])
        scores = cos_sim(anchors, documents) * self.scale
        own = torch.arange(len(anchors), device=scores.device)
        losses = cross_entropy(scores, own, reduction="none")
        if labels is None:
            return losses.mean()
        weights = labels.to(losses.dtype)
        return (losses * weights).sum() / weights.sum()
