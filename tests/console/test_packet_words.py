"""What a packet found, in words of everyday."""

import re

from console.packet_words import proof, real_queries, speed
from schemas.learning import Proof
from schemas.packet import Latency, ShadowTest

PROOF = Proof(documents=1_200, passages=3_400, mismatches=0, repaired=2, parity_min_cosine=0.99997, recall_at_10=0.987)
TESTED = ShadowTest(
    queries=40, overlap_at_10=0.6, judged=7, ndcg_live=0.25, ndcg_shadow=0.5, different=(), better=(), worse=(),
    latency_live=Latency(p50_ms=3.4, p95_ms=9.6), latency_shadow=None,
)  # fmt: skip
TERMS = re.compile(r"p50|p95|overlap@|recall@|cosine|by key|mismatch|shadow", re.IGNORECASE)


def test_the_proof_is_said_with_all_its_figures() -> None:
    assert proof(PROOF) == (
        "1,200 documents in 3,400 passages were read back one by one: 0 are not as they must be, 2 were mended before. "
        "A sample of them came out at least 1.0000 alike when made anew (1 is the same). A search finds 98.7 % of the "
        "ten nearest passages."
    )
    drawn = proof(PROOF.model_copy(update={"sampled": 300, "seed": 7}))
    assert "300 of them, drawn by 7, came out at least" in drawn


def test_real_queries_say_what_is_the_same_and_which_side_is_better() -> None:
    assert real_queries(TESTED) == (
        "40 of people's newest were put to both: 60.0 % of the first ten results are the same on the average. On the 7 "
        "after which somebody opened a result, the gain (nDCG@10) is 0.250 live, 0.500 new."
    )
    untouched = TESTED.model_copy(update={"judged": 0, "ndcg_live": None, "ndcg_shadow": None})
    assert real_queries(untouched).endswith("so which side is better they do not tell.")
    assert real_queries(TESTED.model_copy(update={"queries": 0})) == "Nobody has searched yet: none were compared."


def test_no_word_needs_a_programmer() -> None:
    said = f"{proof(PROOF)} {real_queries(TESTED)} {speed(TESTED)}"
    assert not TERMS.findall(said)
    assert speed(TESTED) == "live: half within 3 ms, 95 % within 10 ms; new: not measured"
