from datetime import timedelta

import pytest

from indexer.comparison import Compared, ShadowTest
from indexer.packet import Corpus, HeldOut, Packet, Side, digest, opened
from indexer.progress import measured
from schemas.learning import Proof
from stores.errors import Refused
from tests.indexer.loop import WON
from tests.indexer.world import NOW


def packet(**changed: object) -> Packet:
    right = Packet(
        tenant="acme",
        run="run-1",
        model="m",
        parent="base",
        collection="C",
        live=Side(model="base", collection="B", serving_version=1),
        run_verdict="WIN",
        comparison=WON,
        proof=Proof(documents=1, passages=1, mismatches=0, repaired=0, parity_min_cosine=1.0, recall_at_10=1.0),
        proved_at=NOW,
        shadow_test=ShadowTest(
            queries=0, overlap_at_10=None, judged=0, ndcg_live=None, ndcg_shadow=None, latency_live=None,
            latency_shadow=None, better=(), worse=(), different=(),
        ),
        held_out=HeldOut(wins=(), losses=()),
        corpus=Corpus(documents=1, fingerprint="f"),
        created_at=NOW,
    )  # fmt: skip
    return right.model_copy(update=changed)


def test_a_packet_read_back_is_the_packet_that_was_hashed() -> None:
    made = packet(comparison=WON.model_copy(update={"difference": 1 / 3, "low": 0.1 + 0.2}))
    assert opened(made.canonical(), made.digest).digest == made.digest
    assert digest(made.canonical()) == made.digest


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "other"},
        {"model": "n"},
        {"run": "run-2"},
        {"run_verdict": "LOSS"},
        {"live": Side(model="base", collection="B", serving_version=2)},
        {"comparison": WON.model_copy(update={"ndcg_candidate": 0.800002})},
        {"corpus": Corpus(documents=1, fingerprint="g")},
        {"proved_at": NOW + timedelta(milliseconds=1)},
        {"created_at": NOW + timedelta(milliseconds=1)},
    ],
)
def test_any_change_is_another_hash(changed: dict[str, object]) -> None:
    assert packet(**changed).digest != packet().digest


def test_an_altered_or_absent_packet_is_refused_with_the_next_step() -> None:
    text = packet().canonical()
    with pytest.raises(Refused, match="review it again"):
        opened(text.replace('"acme"', '"evil"'), packet().digest)
    with pytest.raises(Refused, match="tidewheel packet"):
        opened(None, packet().digest)


def test_clicks_judge_both_collections() -> None:
    compared = Compared("q", frozenset("a"), live=("b", "a"), shadow=("a", "b"))
    assert compared.ndcg_live == pytest.approx(0.63093, abs=1e-5)
    assert compared.ndcg_shadow == 1
    assert compared.gain == pytest.approx(1 - 0.63093, abs=1e-5)
    assert Compared("q", frozenset(), live=("b",), shadow=("a",)).gain == 0


def test_overlap_and_gain_of_one_query() -> None:
    compared = Compared("q", frozenset("b"), tuple("ab"), tuple("bc"))
    assert compared.overlap == 0.5
    assert compared.gain == pytest.approx(1 - 0.63093, abs=1e-5)
    assert Compared("q", frozenset(), (), ()).overlap == 1
    assert Compared("q", frozenset(), tuple("ab"), ("a",)).overlap == 0.5


def test_progress_tells_speed_and_time_left() -> None:
    half = measured(20, 60, 100, 10.0, NOW)
    assert (half.rate, half.eta_s) == (4.0, 10.0)
    assert measured(0, 0, 100, 0.0, NOW).eta_s is None
    assert measured(100, 100, 100, 5.0, NOW).eta_s == 0
