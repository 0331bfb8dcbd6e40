"""Rung `top_layers`: only the last layers learn, by the contrastive loss.

It needs a third of the time and less memory, because nothing is carried back through the layers that stay, and gains a
quarter less than rung `full` (docs/RECIPE.md).
"""

from typing import TYPE_CHECKING

from pydantic import Field

from stores.errors import Refused
from trainer.learning.rungs import BaseRung, Fitting

if TYPE_CHECKING:
    from torch.nn import Module, ModuleList


class Rung(BaseRung):
    """How many layers learn."""

    layers: int = Field(default=3, gt=0, description="last layers that learn; of the six of all-MiniLM-L6-v2 half")

    def fit(self, fitting: Fitting) -> None:
        """Hold everything but the last layers, then train on the job's batches.

        Raises `Refused` for a model without so many layers, one of static vectors among them.
        """
        stack = _layers(fitting.model)
        if stack is None or len(stack) < self.layers:
            count = 0 if stack is None else len(stack)
            raise Refused(f"the model has {count} layers, and {self.layers} should learn; take the rung 'full'")
        fitting.model.requires_grad_(False)
        for layer in stack[-self.layers :]:
            layer.requires_grad_(True)
        fitting.contrast()


def _layers(model: "Module") -> "ModuleList | None":
    """Return the longest list of equal modules in a model: the layers of a transformer."""
    from torch.nn import ModuleList

    stacks = [m for m in model.modules() if isinstance(m, ModuleList) and len({type(one) for one in m}) == 1]
    return max(stacks, key=len, default=None)
