"""Verification: a collection is read back as a whole, mended, and proven.

    every row against documents and records (`indexer.proof.read_back`) ──▶ mended until nothing is wrong
        ──▶ a sample embedded again, searched for by words and by meaning (`indexer.proof.sampling`) ──▶ the proof

What fails is made anew through `sync`, it alone, and everything is read again; what still fails after some rounds is a
mismatch. Each sample is drawn with a fresh seed, so that nobody can know which passages will be looked at.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from indexer.indexing.sync import Sync, Target
from indexer.proof.read_back import Findings, ReadBack
from indexer.proof.sampling import PARITY, Parity, Sampler, Searched, draw
from schemas.learning import Proof


class VerifyConfig(BaseModel):
    """How thorough a verification is and how long its proof holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: int = Field(default=500, ge=1, description="documents compared at once")
    sample: int = Field(
        default=3_000,
        ge=1,
        description="passages embedded again: damage to one in a thousand is then seen with 95 % certainty",
    )
    searched: int = Field(default=64, ge=1, description="of these, passages searched for by words and by meaning")
    least_recall: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="share of the exact ten nearest that the index must find; a sound one finds more than 0.95",
    )
    rounds: int = Field(default=3, ge=0, description="times that mismatches are repaired before giving up")
    holds_s: float = Field(default=86_400.0, gt=0, description="seconds; a proof of this age must be made anew")
    changed_share: float = Field(
        default=0.2, ge=0, le=1, description="share of documents changed since, at which it must be too"
    )


class Proven(NamedTuple):
    """A proof, and when the reading that it rests on began: it covers nothing that was applied since."""

    proof: Proof
    at: datetime


class _Sampled(NamedTuple):
    seed: int
    parity: Parity
    searched: Searched


_NOTHING = _Sampled(0, Parity(0, 0.0, ()), Searched(0, 0.0, ()))
"""Of a collection that could not be mended: nothing was drawn from it."""


def is_fresh(proved_at: datetime, now: datetime, changed: int, documents: int, config: VerifyConfig) -> bool:
    """Return whether a proof still holds: young enough, and few enough documents changed since it was made.

    One that is dated in the future does not: the clock was set back, and what changed since is unknown.
    """
    young = timedelta(0) <= now - proved_at <= timedelta(seconds=config.holds_s)
    return young and changed <= config.changed_share * max(1, documents)


def fresh_seed() -> int:
    """Return a seed that nobody can foresee, of 48 bits."""
    return secrets.randbits(48)


class Verifier:
    """Verifies collections, repairing what it finds; `seed` gives a new seed for every sample.

    `sync` builds shadows and `live` keeps fresh what is live: it alone writes there.
    """

    def __init__(
        self,
        sync: Sync,
        config: VerifyConfig,
        clock: Callable[[], datetime],
        seed: Callable[[], int] = fresh_seed,
        live: Sync | None = None,
    ) -> None:
        self._shadows = ReadBack(sync, config.page, clock)
        self._live = ReadBack(sync, config.page, clock, live)
        self._sampler = Sampler(sync, config.page)
        self._config = config
        self._clock = clock
        self._seed = seed

    def verify(self, target: Target) -> Proven:
        """Verify everything, repair, verify again; `mismatches` in the proof is what could not be repaired."""
        repaired = 0
        for round_ in range(self._config.rounds + 1):
            at = self._clock()
            findings, sampled = self._drawn(target)
            if not findings.mismatches or round_ == self._config.rounds:
                break
            repaired += findings.mismatches
            self.mend(target, findings)
        return Proven(_proof(findings, sampled, repaired), at)

    def read(self, target: Target, only: Sequence[str] | None = None) -> Findings:
        """Compare the destination with the documents (or with `only` these), suspects twice; repairs nothing."""
        return self._reader(target).read(target, only)

    def look(self, target: Target) -> Findings:
        """Read every row and draw a sample; repairs nothing."""
        return self._drawn(target)[0]

    def mend(self, target: Target, findings: Findings) -> None:
        """Make anew what was found, and nothing else."""
        self._reader(target).repair(target, findings)

    def _reader(self, target: Target) -> ReadBack:
        return self._live if target.served_from else self._shadows

    def _drawn(self, target: Target) -> tuple[Findings, _Sampled]:
        """Read every row, and if nothing is wrong with any, draw a sample."""
        findings = self._reader(target).read(target)
        if findings.mismatches:
            return findings, _NOTHING
        seed = self._seed()
        parity = self._sampler.parity(target, draw(findings.passages, self._config.sample, seed))
        if parity.wrong:  # somebody else's may be wrong too: all are looked at, and those alone are mended
            whole = {name: range(own) for name, own in findings.passages.items() if own}
            findings.wrong |= dict.fromkeys(self._sampler.parity(target, whole).wrong, "vector")
        few = draw(findings.passages, self._config.searched, seed)
        searched = self._sampler.search(target, few, findings.passages)
        findings.wrong |= dict.fromkeys(searched.lost, "not found by its words")
        return findings, _Sampled(seed, parity, searched)


def objection(proof: Proof, config: VerifyConfig) -> str:
    """Return why a collection with this proof must not serve, "" when it may."""
    if proof.mismatches:
        return f"{proof.mismatches} mismatches could not be repaired; look at Milvus, then train again"
    if proof.parity_min_cosine < PARITY:
        return f"a vector is not what the model makes of its text (cosine {proof.parity_min_cosine:.4f}); train again"
    if proof.recall_at_10 < config.least_recall:
        return (
            f"the index finds {proof.recall_at_10:.3f} of the exact ten nearest, at least {config.least_recall:g} are "
            "required (indexer.verify.least_recall); look at the index of Milvus, then train again"
        )
    return ""


def _proof(findings: Findings, sampled: _Sampled, repaired: int) -> Proof:
    return Proof(
        documents=sum(1 for passages in findings.passages.values() if passages),
        passages=sum(findings.passages.values()),
        mismatches=findings.mismatches,
        repaired=repaired,
        parity_min_cosine=sampled.parity.least,
        recall_at_10=sampled.searched.recall,
        seed=sampled.seed,
        sampled=sampled.parity.passages,
        searched=sampled.searched.passages,
    )
