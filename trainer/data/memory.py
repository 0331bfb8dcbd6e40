"""The memory of a tenant's hold-out: in the warehouse, and beside each run's snapshot on the shelf.

    first the shelf ▸ then the rows ▸ then the run, with the number of its rows

A run stands in the memory before it learns. What the warehouse lost is put back from the shelf, or from the signals
that the run's snapshot names; a run of which neither is left stops all training, because what it taught could test.
"""

import json
import logging
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.ids import stable_id
from stores.columns import Column
from stores.errors import Refused
from stores.shelf import Shelf
from stores.warehouse import Warehouse
from trainer.data.examples import Document
from trainer.data.hold_out import CHOSE, ROLES, TAUGHT, TESTED, HoldOut, Key, Used

LOG = logging.getLogger(__name__)

Row = tuple[str, str, str, tuple[str, ...]]
"""Role, kind (document or query), item, and of a query the hashed words."""

_FILE, _PREFIX = "hold_out.json", "hold-out-"
_ENOUGH = 0.9
"""Share of a run's signals from which its memory can be made anew; fewer are a loss, and not forgotten people."""

_ROLE_OF_SIDE = {"train": TAUGHT, "validation": CHOSE, "test": TESTED}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A run in the memory, by its snapshot: how many rows it has there, and since when."""

    snapshot: str
    run: str
    rows: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """One tenant's. `shelf` is the one of snapshots."""

    warehouse: Warehouse
    shelf: Shelf
    tenant: str
    key: Key

    def runs(self, but: str = "") -> dict[str, Remembered]:
        """Return the runs that are remembered, by snapshot, without the one whose snapshot is `but`."""
        found = self.warehouse.query("hold_out_runs", tenant=self.tenant, key=self.key.id, but=but)
        return {r["snapshot"]: Remembered(r["snapshot"], r["run"], int(r["rows"]), r["recorded_at"]) for r in found}

    def used(self, but: str = "") -> dict[str, Used]:
        """Return what was used in each role by all runs, without the one whose snapshot is `but`."""
        return _used(self._rows(but))

    def hold_out(
        self,
        but: str,
        documents: Mapping[str, Document],
        needed: Mapping[str, str],
        given_up: Container[str],
        now: datetime,
    ) -> HoldOut:
        """Return what all other runs did, and who the present documents are.

        `but` is this run's own snapshot. `needed` has the runs that must be remembered, by snapshot, beside those that
        any store names; `given_up` runs need not be. Raises `Refused` when one of them is in no store any more.
        """
        counted, known = Counter(name for row in self._rows(but) for name in row["snapshots"]), self.runs(but)
        named = self._on_shelf() | {snapshot: one.run for snapshot, one in known.items()} | dict(needed)
        named = {snapshot: run for snapshot, run in named.items() if run not in given_up}
        whole = {snapshot for snapshot, one in known.items() if counted[snapshot] == one.rows}
        absent = {snapshot: run for snapshot, run in named.items() if snapshot not in whole | {but}}
        if absent:
            self._restore(absent, documents, now)
        former: dict[str, list[str]] = {}
        for row in self.warehouse.query("index_renames", tenant=self.tenant):
            former.setdefault(row["current"], []).append(row["former"])
        return HoldOut.over(self.key, documents.values(), self.used(but), former)

    def record(self, snapshot: str, run: str, uses: Mapping[str, Used], work: Path, now: datetime) -> None:
        """Remember what a run uses, before it learns; a repeat changes nothing. `work` is the run's directory.

        All of it, used before or not: who gives up an earlier run does not give up what a later one shared with it.
        """
        rows = sorted(_rows_of(uses))
        directory = work / "hold_out"
        directory.mkdir(exist_ok=True)
        content = {"run": run, "snapshot": snapshot, "key": self.key.id, "rows": rows}
        (directory / _FILE).write_text(json.dumps(content, separators=(",", ":")))
        self.shelf.put(self.tenant, _name(snapshot), directory, {"run": run, "snapshot": snapshot}, now)
        self._insert(snapshot, run, rows, now)

    def _rows(self, but: str) -> list[dict[str, Any]]:
        return self.warehouse.query("hold_out", tenant=self.tenant, key=self.key.id, but=but)

    def _on_shelf(self) -> dict[str, str]:
        about = [one.about for name, one in self.shelf.models(self.tenant).items() if name.startswith(_PREFIX)]
        return {one["snapshot"]: one["run"] for one in about}

    def _restore(self, absent: Mapping[str, str], documents: Mapping[str, Document], now: datetime) -> None:
        """Put back what the warehouse lacks of these runs, all of it or nothing. Raises `Refused`."""
        again: dict[str, list[Row] | None] = {}
        for at in absent:
            kept = self._from_shelf(at)
            again[at] = self._from_lineage(at, documents) if kept is None else kept
        if gone := sorted(absent[at] for at, rows in again.items() if rows is None):
            raise Refused(
                f"the memory of what taught and what tested is lost for {_listed(gone)}: what they taught could test "
                "now. Restore the tables hold_out and hold_out_runs, or the shelf of snapshots, from a backup; or give "
                "these runs up for good with the rule training.split.given_up, and train from the base model"
            )
        for at, rows in again.items():
            rows = rows or []
            put_back = f"{len(rows)} rows of {absent[at]}"
            LOG.warning("%s: the memory of the hold-out was not whole; %s are put back", self.tenant, put_back)
            self._insert(at, absent[at], rows, now)

    def _from_shelf(self, snapshot: str) -> list[Row] | None:
        if self.shelf.entry(self.tenant, _name(snapshot)) is None:
            return None
        content = json.loads((self.shelf.fetch(self.tenant, _name(snapshot)) / _FILE).read_text())
        rows = [(role, kind, item, tuple(words)) for role, kind, item, words in content["rows"]]
        return rows if content["key"] == self.key.id else None

    def _from_lineage(self, snapshot: str, documents: Mapping[str, Document]) -> list[Row] | None:
        """Return what the snapshot's signals say, None when few are left; those of forgotten people are gone."""
        pairs = self.warehouse.query("hold_out_lineage", tenant=self.tenant, snapshot=snapshot)
        (size,) = self.warehouse.query("hold_out_lineage_size", tenant=self.tenant, snapshot=snapshot)
        if len(pairs) < _ENOUGH * int(size["pairs"]):
            return None
        rows: set[Row] = set()
        for pair in pairs:
            role, source = _ROLE_OF_SIDE[pair["side"]], documents.get(pair["anchor_document"])
            named = (name for name in (pair["document"], pair["anchor_document"]) if name)
            rows |= {(role, "document", self.key.document(name), ()) for name in named}
            if text := pair["anchor"] or (source.title if source else ""):
                rows.add((role, "query", self.key.query(text), tuple(sorted(self.key.words(text)))))
        return sorted(rows) or None

    def _insert(self, snapshot: str, run: str, rows: Sequence[Row], now: datetime) -> None:
        columns: dict[str, Column] = {
            "tenant": [self.tenant] * len(rows),
            "snapshot": [snapshot] * len(rows),
            "key": [self.key.id] * len(rows),
            "role": [role for role, _, _, _ in rows],
            "kind": [kind for _, kind, _, _ in rows],
            "item": [item for _, _, item, _ in rows],
            "words": [list(words) for _, _, _, words in rows],
        }
        self.warehouse.insert("hold_out", columns)
        about = {"run": run, "rows": len(rows), "recorded_at": now, "snapshot": snapshot, "key": self.key.id}
        self.warehouse.insert("hold_out_runs", {"tenant": [self.tenant]} | {n: [one] for n, one in about.items()})


def _name(snapshot: str) -> str:
    """Return the name on the shelf of what a snapshot's run used."""
    return f"{_PREFIX}{stable_id(snapshot)[:24]}"


def _used(rows: Iterable[Mapping[str, Any]]) -> dict[str, Used]:
    documents: dict[str, set[str]] = {role: set() for role in ROLES}
    queries: dict[str, dict[str, frozenset[str]]] = {role: {} for role in ROLES}
    for row in rows:
        if row["kind"] == "document":
            documents[row["role"]].add(row["item"])
        else:
            queries[row["role"]][row["item"]] = frozenset(row["words"])
    return {role: Used(frozenset(documents[role]), queries[role]) for role in ROLES}


def _rows_of(uses: Mapping[str, Used]) -> list[Row]:
    rows: list[Row] = []
    for role, used in uses.items():
        rows += [(role, "document", item, ()) for item in used.documents]
        rows += [(role, "query", query, tuple(sorted(words))) for query, words in used.queries.items()]
    return rows


def _listed(runs: Sequence[str]) -> str:
    return ", ".join(runs[:5]) + (f" and {len(runs) - 5} more runs" if len(runs) > 5 else "")
