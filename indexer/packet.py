"""The packet: everything that an operator reviews before a shadow may go live, and the hash that an approval names.

The hash is the SHA-256 of the packet's canonical JSON (sorted keys, no spaces, floats to six digits). An approval of
this hash is an approval of these models, this run, this proof, this comparison, and of replacing what was live then.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from indexer.comparison import Example, ShadowTest, shown, titles
from schemas.learning import Comparison, Proof
from stores.errors import Refused
from stores.warehouse import Row, Warehouse

_DIGITS = 6
_EXAMPLES = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Side(_Part):
    """What is live while the packet is made; `serving_version` is that of the serving record."""

    model: str
    collection: str
    serving_version: int


class Corpus(_Part):
    """The documents at the time of the packet."""

    documents: int
    fingerprint: str


class HeldOut(_Part):
    """The training run's own held-out queries on which the candidate gained and lost most."""

    wins: tuple[Example, ...]
    losses: tuple[Example, ...]


class Packet(_Part):
    """What an operator decides on. `run_verdict` is the gate's."""

    tenant: str
    run: str
    model: str
    parent: str
    collection: str
    live: Side
    run_verdict: str
    comparison: Comparison
    proof: Proof
    proved_at: datetime
    shadow_test: ShadowTest
    held_out: HeldOut
    corpus: Corpus
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
    """Return the hash of a packet's canonical JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def opened(text: str | None, expected: str) -> Packet:
    """Return the packet whose canonical JSON this is.

    Raises `Refused` when there is none or its hash is another: it was altered where it was kept.
    """
    if text is None:
        raise Refused(f"there is no packet {expected[:12]}; see `tidewheel packet` for the one under review")
    if digest(text) != expected:
        raise Refused(f"the kept packet {expected[:12]} is not what was reviewed; wait for a new one, review it again")
    return Packet.model_validate_json(text)


def held_out(warehouse: Warehouse, tenant: str, run: str) -> HeldOut:
    """Return the run's greatest gains and losses, from the scores that the trainer kept."""
    rows = warehouse.query("index_run_scores", tenant=tenant, run=run)
    wins = [row for row in rows[:_EXAMPLES] if row["candidate"] > row["live"]]
    losses = [row for row in reversed(rows[-_EXAMPLES:]) if row["candidate"] < row["live"]]
    documents = {d for row in (*wins, *losses) for d in (*row["live_found"], *row["candidate_found"])}
    known = titles(warehouse, tenant, documents)
    return HeldOut(wins=_examples(wins, known), losses=_examples(losses, known))


def _examples(rows: Sequence[Row], known: dict[str, str]) -> tuple[Example, ...]:
    return tuple(
        Example(
            query=row["query"],
            ndcg_live=row["live"],
            ndcg_shadow=row["candidate"],
            live=shown(row["live_found"], frozenset(row["relevant"]), known),
            shadow=shown(row["candidate_found"], frozenset(row["relevant"]), known),
        )
        for row in rows
    )


def _rounded(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value
