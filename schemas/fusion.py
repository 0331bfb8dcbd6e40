"""How two rankings become one, as a value: chosen for a model, reviewed with it, and served with it."""

from typing import Annotated

from pydantic import Field

from schemas.envelope import Words


class Fusion(Words):
    """How much the ranking by meaning counts (`dense`, 0 to 1); the ranking by words has the rest.

    The constant `k` says how little the first ranks stand out from those that follow. `retrieval/fusion.py` has the
    formula.
    """

    dense: Annotated[float, Field(ge=0, le=1)] = 0.5
    k: Annotated[int, Field(ge=1, le=1_000)] = 60


EVEN = Fusion()
"""Both rankings count alike: what serves before anything was chosen, and what an event or record without one means."""
