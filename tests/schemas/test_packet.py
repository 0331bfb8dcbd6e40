from datetime import timedelta

import pytest

from schemas.fusion import Fusion
from schemas.packet import Corpus, ExampleQuery, HeldOut, Packet, Scores, ShownDocument, Side, digest
from tests.schemas.packets import NOW, WON, packet


def test_a_packet_read_back_is_the_packet_that_was_hashed() -> None:
    made = packet(comparison=WON.model_copy(update={"difference": 1 / 3, "low": 0.1 + 0.2}))
    assert Packet.model_validate_json(made.canonical()).digest == made.digest
    assert digest(made.canonical()) == made.digest


def test_what_people_wanted_is_hashed_and_a_packet_that_says_nothing_of_it_keeps_its_hash() -> None:
    example = ExampleQuery(query="q", ndcg_live=None, ndcg_shadow=None, live=(), shadow=())
    before, now = (
        packet(held_out=HeldOut(wins=(each,), losses=()))
        for each in (example, example.model_copy(update={"wanted": ("a", "b")}))
    )
    assert "wanted" not in before.canonical()
    for made in (before, now):
        assert Packet.model_validate_json(made.canonical()) == made
        assert digest(made.canonical()) == made.digest
    assert before.digest != now.digest


def test_where_a_result_stood_before_is_hashed_and_a_packet_that_does_not_tell_keeps_its_hash() -> None:
    def made(before: int | None) -> Packet:
        shown = ShownDocument(document="d", title="t", wanted=False, before=before)
        example = ExampleQuery(query="q", ndcg_live=None, ndcg_shadow=None, live=(), shadow=(shown,))
        return packet(held_out=HeldOut(wins=(example,), losses=()))

    assert '{"document":"d","title":"t","wanted":false}' in made(None).canonical()
    for each in (made(None), made(0), made(7)):
        assert Packet.model_validate_json(each.canonical()) == each
    assert len({made(before).digest for before in (None, 0, 7)}) == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "other"},
        {"model": "n"},
        {"run": "run-2"},
        {"manifest": "c" * 64},
        {"chunker": "words"},
        {"fusion": "scores"},
        {"weights": Fusion(dense=0.7)},
        {"scores": Scores(queries=50, difference=0.1, sha256="c" * 64)},
        {"tolerates": "anything"},
        {"run_verdict": "LOSS"},
        {"live": Side(model="base", collection="B", serving_version=2)},
        {"live": Side(model="base", collection="B", serving_version=1, weights=Fusion(dense=0.7))},
        {"comparison": WON.model_copy(update={"ndcg_candidate": 0.800002})},
        {"corpus": Corpus(documents=1, fingerprint="g")},
        {"proved_at": NOW + timedelta(milliseconds=1)},
        {"created_at": NOW + timedelta(milliseconds=1)},
    ],
)
def test_any_change_is_another_hash(changed: dict[str, object]) -> None:
    assert packet(**changed).digest != packet().digest
