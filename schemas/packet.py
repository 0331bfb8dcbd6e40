"""The packet: everything that an operator reviews before a shadow may go live, and the hash that an approval names.

The hash is the SHA-256 of the packet's canonical JSON (sorted keys, no spaces, floats to six digits). An approval of
this hash is an approval of these models down to the bytes of their files, of this run and the scores behind its
verdict, of these rules of passages and ranking, this proof, this comparison, and of replacing what was live then.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.fusion import EVEN, Fusion
from schemas.learning import Comparison, Proof

_DIGITS = 6


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownDocument(_Value):
    """A document as an operator sees it in an example; `wanted` when people opened it for the query.

    `before`, of a result of the new model, is its rank in live behind what is shown of that, 0 where it is not found
    there. A packet of before does not say it, and its hash stays what it was.
    """

    document: str
    title: str
    wanted: bool
    before: int | None = Field(default=None, exclude_if=lambda before: before is None)


def rank_behind(document: str, ranked: Sequence[str], shown: int) -> int | None:
    """Return `ShownDocument.before`: a document's rank, from 1, behind the first `shown` of what is ranked; None among
    these, 0 without any."""
    rank = ranked.index(document) + 1 if document in ranked else 0
    return None if 0 < rank <= shown else rank


class ExampleQuery(_Value):
    """One query through both; `live` and `shadow` are the first documents of each, best first.

    `wanted` names all that people opened, or should find, for it, also what neither side shows: the query is shown
    only to those who may see these too. A packet of before says nothing of them, and its hash stays what it was.
    """

    query: str
    ndcg_live: float | None
    ndcg_shadow: float | None
    live: tuple[ShownDocument, ...]
    shadow: tuple[ShownDocument, ...]
    wanted: tuple[str, ...] = Field(default=(), exclude_if=lambda wanted: not wanted)


class Latency(_Value):
    """Milliseconds of one query, encoding included."""

    p50_ms: float
    p95_ms: float


class ShadowTest(_Value):
    """What real queries showed. Means over `queries`; the nDCGs over the `judged` of them that people clicked on."""

    queries: int
    overlap_at_10: float | None
    judged: int
    ndcg_live: float | None
    ndcg_shadow: float | None
    latency_live: Latency | None
    latency_shadow: Latency | None
    better: tuple[ExampleQuery, ...]
    worse: tuple[ExampleQuery, ...]
    different: tuple[ExampleQuery, ...]


class Side(_Value):
    """What is live while the packet is made, and how it serves; `serving_version` is that of the serving record."""

    model: str
    collection: str
    serving_version: int
    manifest: str | None = None
    weights: Fusion = EVEN


class Scores(_Value):
    """The rows behind the run's comparison: queries that both models answered, mean nDCG@10 gained, and their hash.

    `problem` says why they do not support the verdict; empty when they do.
    """

    queries: int
    difference: float
    sha256: str
    problem: str = ""


class Corpus(_Value):
    """The documents at the time of the packet."""

    documents: int
    fingerprint: str


class HeldOut(_Value):
    """The training run's own held-out queries on which the candidate gained and lost most."""

    wins: tuple[ExampleQuery, ...]
    losses: tuple[ExampleQuery, ...]


class Packet(_Value):
    """What an operator decides on. `run_verdict` is the gate's, or UNPROVEN where the scores do not support it.

    `manifest` is the hash of the model's files; `chunker` and `fusion` name the rules of passages and of ranking, and
    `weights` are those that the model won with and will be served with; `tolerates` says which changes after the review
    leave an approval valid. `served_from` is the collection that is live already, where the model is served from it and
    nothing is built; `collection` is only the name of the decision then.
    """

    tenant: str
    run: str
    model: str
    manifest: str
    chunker: str
    fusion: str
    weights: Fusion = EVEN
    parent: str
    collection: str
    served_from: str | None = None
    live: Side
    run_verdict: str
    comparison: Comparison
    scores: Scores
    proof: Proof
    proved_at: datetime
    shadow_test: ShadowTest
    held_out: HeldOut
    corpus: Corpus
    tolerates: str
    created_at: datetime

    def canonical(self) -> str:
        """Return the JSON text that is hashed and kept."""
        plain = _rounded(json.loads(self.model_dump_json()))
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def digest(self) -> str:
        """Return the hash that an approval names."""
        return digest(self.canonical())


def digest(text: str) -> str:
    """Return the hash of a packet's canonical JSON, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _rounded(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value
