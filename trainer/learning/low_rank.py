"""Low-rank additions to the linear layers of an encoder (Hu et al., "LoRA", 2021), small enough to be read here."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from retrieval.query_side import Addition

_STRENGTH = 2.0
"""What the addition is multiplied by, as is usual: so the rate need not follow the rank."""


class LowRank(nn.Module):
    """A frozen linear layer and an addition of rank `rank` that is nothing at the beginning, or `before`."""

    def __init__(self, layer: nn.Linear, rank: int, before: Addition | None = None) -> None:
        super().__init__()
        self.layer, device = layer, layer.weight.device
        down = torch.randn(rank, layer.in_features, device=device) / rank
        up = torch.zeros(layer.out_features, rank, device=device)
        if before is not None:
            up, down = torch.tensor(before.up / _STRENGTH, device=device), torch.tensor(before.down, device=device)
        self.down, self.up = nn.Parameter(down), nn.Parameter(up)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the layer gives, with the addition."""
        found: Tensor = self.layer(x) + _STRENGTH * (x @ self.down.T @ self.up.T)
        return found

    def addition(self) -> Addition:
        """Return what is added to the layer's weights, as it is now."""
        up, down = ((of * by).detach().cpu().numpy() for of, by in ((self.up, _STRENGTH), (self.down, 1.0)))
        return Addition(np.asarray(up, dtype=np.float32), np.asarray(down, dtype=np.float32))


def add_low_rank(model: nn.Module, rank: int, before: Mapping[str, Addition] | None = None) -> dict[str, LowRank]:
    """Freeze the model and add to each of its linear layers; return the additions by the names of their layers.

    Those that there were `before` go on from where they are, whatever their rank.
    """
    model.requires_grad_(requires_grad=False)
    found: dict[str, LowRank] = {}
    for name, layer in list(model.named_modules()):
        if isinstance(layer, nn.Linear):
            above, _, own = name.rpartition(".")
            found[name] = LowRank(layer, rank, (before or {}).get(name))
            setattr(model.get_submodule(above), own, found[name])
    return found


def parameters(added: Mapping[str, LowRank]) -> list[nn.Parameter]:
    """Return what of additions may be trained."""
    return [one for each in added.values() for one in (each.down, each.up)]
