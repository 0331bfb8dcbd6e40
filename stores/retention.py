"""What is kept for how long, and what a cleaning removes: pure rules, the section `retention`.

    live, standby, waiting for approval ──▶ always kept, with their models and packets
    everything else                     ──▶ the newest ones, and what is younger than stated

The indexer and the trainer each clean what they own by these rules, and `tidewheel status --storage` shows what they
will remove. Where the serving record is gone nothing is removed: what is in use cannot be told then.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from stores.collection_states import State
from stores.serving import Collection, ServingRecord
from stores.shelf import BASE


class RetentionConfig(BaseModel):
    """How much of what is no longer in use is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pause_s: float = Field(
        default=3_600.0, ge=0, description="seconds between two cleanings: what goes is old, nothing is urgent"
    )
    failed_days: float = Field(
        default=7.0, ge=0, description="days after its beginning that a failed shadow's rows stay, for who looks why"
    )
    applied_days: float = Field(
        default=30.0,
        ge=0,
        description="days that the record of a retired collection's documents stays, which lineage counts by",
    )
    packets: int = Field(default=20, ge=0, description="packets a tenant that nothing in use names: the newest ones")
    models: int = Field(default=5, ge=0, description="models a tenant that are not in use: the newest; some 90 MB each")
    model_days: float = Field(default=30.0, ge=0, description="days that no model goes before, to compare with others")
    runs: int = Field(default=20, ge=0, description="directories of ended training runs a tenant: the newest reports")


class InUse(NamedTuple):
    """What of a tenant may never be removed, and the state of every collection that is known."""

    record: ServingRecord | None
    states: Mapping[str, str]
    collections: Mapping[str, Collection]

    def kept(self) -> frozenset[str]:
        """Return the collections that serve or may come to serve: all that are known and neither retired nor failed."""
        sides = (self.record, self.record.standby) if self.record else ()
        over = {State.RETIRED, State.FAILED}
        waiting = {name for name, state in self.states.items() if state not in over}
        return frozenset({side.collection for side in sides if side} | waiting)

    def kept_models(self) -> frozenset[str]:
        """Return the models of these collections, and the base model."""
        sides = (self.record, self.record.standby) if self.record else ()
        named = {about.model for name, about in self.collections.items() if name in self.kept()}
        return frozenset({BASE, *(side.model for side in sides if side), *named})

    def kept_packets(self) -> frozenset[str]:
        """Return the packets that live was approved by, and those of collections that may come to serve."""
        own = {about.packet for name, about in self.collections.items() if name in self.kept()}
        approved = self.record.packet if self.record else None
        return frozenset(packet for packet in {approved, *own} if packet)


def failed_over(use: InUse, now: datetime, config: RetentionConfig) -> list[str]:
    """Return the failed shadows whose time is over: they become retired, and their rows go."""
    latest = now - timedelta(days=config.failed_days)
    failed = {name for name, state in use.states.items() if state == State.FAILED}
    found = (about for name, about in use.collections.items() if name in failed)
    return sorted(about.collection for about in found if use.record and about.created_at < latest)


def applied_over(
    written: Mapping[str, datetime], present: Iterable[str], use: InUse, now: datetime, config: RetentionConfig
) -> list[str]:
    """Return the collections whose record of applied documents goes.

    `written` says when each was last recorded, `present` are the collections that Milvus has. One goes that is retired,
    or of which nothing is known and no row is there.
    """
    latest, there = now - timedelta(days=config.applied_days), frozenset(present)
    gone = {name for name in written if use.states.get(name, "" if name in there else State.RETIRED) == State.RETIRED}
    return sorted(name for name in gone - use.kept() if use.record and written[name] < latest)


def packets_over(made: Mapping[str, datetime], use: InUse, config: RetentionConfig) -> list[str]:
    """Return the packets that go; `made` says when each was."""
    return _older(made, use.kept_packets(), config.packets) if use.record else []


def models_over(made: Mapping[str, datetime], use: InUse, now: datetime, config: RetentionConfig) -> list[str]:
    """Return the models that leave the shelf: known to be retired or failed, old, and not among the newest ones.

    A model that no collection is known of may be on its way to one, and stays.
    """
    known = {about.model for about in use.collections.values()}
    latest = now - timedelta(days=config.model_days)
    over = _older(made, use.kept_models(), config.models) if use.record else []
    return [model for model in over if model in known and made[model] < latest]


def runs_over(ended: Mapping[str, datetime], config: RetentionConfig) -> list[str]:
    """Return the runs whose directory goes; `ended` says when each ended, and has none that is under way."""
    return _older(ended, frozenset(), config.runs)


def _older(made: Mapping[str, datetime], kept: frozenset[str], newest: int) -> list[str]:
    """Return all but the kept ones and the `newest` of the others, the oldest first."""
    others = sorted((name for name in made if name not in kept), key=lambda name: (made[name], name))
    return others[: max(0, len(others) - newest)]
