"""The rules that a packet was made under, by name: other rules would serve something else than what was reviewed."""

from indexer.proof.verify import VerifyConfig
from retrieval.identity import analyzer
from retrieval.ranking import AUTHORITY_WEIGHT
from schemas.fusion import Fusion
from stores.vector_rows import K1, B


def fusion(chosen: Fusion) -> str:
    """Return the rules of ranking, with the weights that were chosen for a model."""
    words = f"BM25 (k1 {K1:g}, b {B:g}, {analyzer()})"
    return (
        f"reciprocal rank fusion of dense (weight {chosen.dense:g}) and {words} (weight {1 - chosen.dense:g}), "
        f"{_clicked(chosen)}k {chosen.k}; authority weight {AUTHORITY_WEIGHT:g}"
    )


def _clicked(chosen: Fusion) -> str:
    if not chosen.clicked:
        return ""
    return f"of which {chosen.clicked:g} with the words of clicked queries, "


def tolerated(config: VerifyConfig) -> str:
    """Return which changes after the review leave an approval valid, in the words of the README."""
    share, hours = f"{config.changed_share:.0%}".replace("%", " %"), config.holds_s / 3600
    return (
        f"Documents may go on changing: up to {share} of them within {hours:g} hours of the proof, and each of them is "
        "read back from the shadow before it goes live. Any other change voids the approval: of the model's files, the "
        "run or its scores, the rules of passages and ranking, what is live, or the packet."
    )
