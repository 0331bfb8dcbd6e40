"""How rankings become one, as a value: chosen for a model, reviewed with it, and served with it."""

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from schemas.envelope import Words


class Fusion(Words):
    """How much the ranking by meaning counts (`dense`, 0 to 1); the ranking by words has the rest.

    `clicked` (0 to less than 1) says how much of the latter's share goes to a third ranking, by words together with the
    queries that people clicked after. The constant `k` says how little the first ranks stand out from those that
    follow. `retrieval/fusion.py` has the formula.
    """

    dense: Annotated[float, Field(ge=0, le=1)] = 0.5
    k: Annotated[int, Field(ge=1, le=1_000)] = 60
    clicked: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_serializer(mode="wrap")
    def _without_zero(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave `clicked` out where it is 0: what was signed and hashed before there was one keeps its bytes."""
        return {name: value for name, value in write(self).items() if name != "clicked" or value}


EVEN = Fusion()
"""Meaning and words count alike: what serves before anything was chosen; events and records without one mean it."""
