"""Low-rank additions to the linear layers of an encoder (Hu et al., "LoRA", 2021), small enough to be read here."""

import torch
from torch import Tensor, nn


class LowRank(nn.Module):
    """A frozen linear layer and an addition of rank `rank` that is nothing at the beginning."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(torch.randn(rank, layer.in_features, device=layer.weight.device) / rank)
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank, device=layer.weight.device))

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer gives, with the addition."""
        found: Tensor = self.layer(x) + 2.0 * (x @ self.down.T @ self.up.T)
        return found


def add_low_rank(model: nn.Module, rank: int) -> list[nn.Parameter]:
    """Freeze the model, add to each of its linear layers, and return what may be trained."""
    model.requires_grad_(requires_grad=False)
    found: list[nn.Parameter] = []
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Linear) and not isinstance(module, LowRank):
                added = LowRank(child, rank)
                setattr(module, name, added)
                found += [added.down, added.up]
    return found
