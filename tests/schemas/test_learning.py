"""What a win says of the weights that it was won with, and what one from before there were any means."""

import json

from schemas.fusion import EVEN, Fusion
from schemas.learning import CutoverDone, ModelTrained
from schemas.signature import signed_bytes
from tests.schemas.packets import WON
from tests.schemas.samples import WHEN

TRAINED = ModelTrained(
    event_id="m-1", tenant="acme", occurred_at=WHEN, run="r", model="m", parent="base", snapshot="s", comparison=WON
)


def test_a_win_without_weights_is_one_with_even_ones() -> None:
    assert TRAINED.fusion == EVEN
    chosen = WON.model_copy(update={"fusion_candidate": Fusion(dense=0.7)})
    assert TRAINED.model_copy(update={"comparison": chosen}).fusion == Fusion(dense=0.7)


def test_what_was_signed_before_there_were_weights_has_the_same_bytes() -> None:
    done = CutoverDone(
        event_id="c", tenant="acme", occurred_at=WHEN, model="m", collection="C", serving_version=1, by="indexer"
    )
    for event in (TRAINED, done):
        said = json.loads(signed_bytes(event, "indexer", "0" * 32).partition(b"\n")[2])
        fields = {**said, **said.get("comparison", {})}
        assert not [name for name in fields if "fusion" in name or "dense" in name or "today" in name]


def test_weights_are_in_the_signed_bytes() -> None:
    done = CutoverDone(
        event_id="c", tenant="acme", occurred_at=WHEN, model="m", collection="C", serving_version=1, by="indexer"
    )
    moved = [done.model_copy(update={"fusion": fusion}) for fusion in (None, EVEN, Fusion(dense=0.7))]
    assert len({signed_bytes(event, "indexer", "0" * 32) for event in moved}) == 3
