"""Lineage: from any id back to the events behind it, and onward to the models and collections that learned from it.

    event ─▶ session ─▶ pair ─▶ snapshot ─▶ run ─▶ model ─▶ collection ─▶ searches

Everything is read from rows; nothing is kept for lineage alone. Lists of events, sessions and pairs end at 100, the
oldest first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from stores.errors import Refused
from stores.ports import Queries

Row = dict[str, Any]

_MOST = 100
"""Events, sessions or pairs of one list."""

_TOP_DOCUMENTS = 10
_LEAST_BEGINNING, _LISTED = 4, 10


@dataclass(frozen=True, slots=True)
class Node:
    """One thing with what is known of it, what it came from, and what came of it."""

    kind: str
    id: str
    facts: Row = field(default_factory=dict)
    came_from: tuple["Node", ...] = ()
    led_to: tuple["Node", ...] = ()

    def plain(self) -> Row:
        """Return it as nested dictionaries; empty directions are left out."""
        plain: Row = {"kind": self.kind, "id": self.id, **self.facts}
        if self.came_from:
            plain["came_from"] = [node.plain() for node in self.came_from]
        if self.led_to:
            plain["led_to"] = [node.plain() for node in self.led_to]
        return plain


def trace(warehouse: Queries, name: str, tenant: str = "") -> list[Node]:
    """Return everything that carries this id, or the one that begins so, with its lineage; `tenant` narrows it to one.

    Raises `Refused` when nothing carries it, or when several begin so, which it lists.
    """
    found = warehouse.query("lineage_find", id=name, tenant=tenant) if name else []
    if not found and len(name) >= _LEAST_BEGINNING:
        name = _whole(warehouse, name, tenant)
        found = warehouse.query("lineage_find", id=name, tenant=tenant)
    if not found:
        within = f" of '{tenant}'" if tenant else ""
        raise Refused(
            f"no event, session, pair, snapshot, run, model or collection{within} has the id '{name}'; "
            "ids stand in the tables that `tidewheel sql` reads, and forgotten or expired ones are gone"
        )
    return [_Tracer(warehouse, row["tenant"]).of(row["kind"], name) for row in found]


def _whole(warehouse: Queries, beginning: str, tenant: str) -> str:
    """Return the only id that begins so, or the beginning itself when none does. Raises `Refused` for several."""
    rows = warehouse.query("lineage_beginning", id=beginning, tenant=tenant, most=_LISTED + 1)
    if len(rows) > 1:
        listed = ", ".join(str(row["id"]) for row in rows[:_LISTED]) + (" and more" if len(rows) > _LISTED else "")
        raise Refused(f"several ids begin with '{beginning}': {listed}; give more of it")
    return str(rows[0]["id"]) if rows else beginning


class _Tracer:
    """Builds the trees of one tenant; a snapshot's or model's own tree is given once, then only named."""

    def __init__(self, warehouse: Queries, tenant: str) -> None:
        self._warehouse, self._tenant = warehouse, tenant
        self._expanded: set[tuple[str, str]] = set()

    def of(self, kind: str, name: str) -> Node:
        node: Node = getattr(self, f"_{kind}")(name)
        return Node(node.kind, node.id, {"tenant": self._tenant, **node.facts}, node.came_from, node.led_to)

    def _ask(self, query: str, **parameters: Any) -> list[Row]:  # noqa: ANN401  # the named query's own
        return self._warehouse.query(query, tenant=self._tenant, **parameters)

    # What people did.

    def _event(self, name: str) -> Node:
        sent = self._ask("lineage_events", ids=[name], limit=_MOST)
        first = _event_node(sent)
        if first.facts["topic"] == "learning":
            run = orjson.loads(sent[0]["payload"]).get("run", "")
            return Node("event", name, first.facts, (), self._runs(run=run) if run else ())
        sessions = self._ask("lineage_sessions", session="", event=name, limit=_MOST)
        pairs = self._ask("lineage_pairs", pair="", event=name, session="", limit=_MOST)
        return Node(
            "event",
            name,
            first.facts,
            (),
            (*(Node("session", row["session"], _session_facts(row)) for row in sessions), *self._pairs(pairs)),
        )

    def _events(self, ids: Sequence[str]) -> tuple[Node, ...]:
        rows = self._ask("lineage_events", ids=list(ids), limit=_MOST)
        sent: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            sent[row["event_id"]].append(row)
        return tuple(_event_node(times) for times in sent.values())

    def _session(self, name: str) -> Node:
        row = self._ask("lineage_sessions", session=name, event="", limit=1)[0]
        pairs = self._ask("lineage_pairs", pair="", event="", session=name, limit=_MOST)
        return Node("session", name, _session_facts(row), self._events(row["event_ids"]), self._pairs(pairs))

    def _pair(self, name: str) -> Node:
        row = self._ask("lineage_pairs", pair=name, event="", session="", limit=1)[0]
        sessions = self._ask("lineage_sessions", session=row["session"], event="", limit=1) if row["session"] else []
        origin = (
            *self._events(row["event_ids"]),
            *(Node("session", s["session"], _session_facts(s)) for s in sessions),
        )
        node = self._pairs([row])[0]
        return Node("pair", name, node.facts, origin, node.led_to)

    def _pairs(self, rows: Sequence[Row]) -> tuple[Node, ...]:
        names = [row["pair"] for row in rows]
        if not names:
            return ()
        holding = {row["pair"] for row in self._ask("lineage_holding", pairs=names)}
        held: dict[str, list[Row]] = defaultdict(list)
        for row in self._ask("lineage_snapshots", pairs=names):
            held[row["pair"]].append(row)
        return tuple(
            Node(
                "pair",
                row["pair"],
                _pair_facts(row) | {"holds": row["pair"] in holding},
                (),
                tuple(self._held(h) for h in held[row["pair"]]),
            )
            for row in rows
        )

    def _held(self, row: Row) -> Node:
        facts = {"side": row["side"], "weight": row["weight"]}
        return Node("snapshot", row["snapshot"], facts, (), self._once("snapshot", row["snapshot"]))

    # What was learned from it.

    def _once(self, kind: str, name: str) -> tuple[Node, ...]:
        """Return what came of a snapshot or model the first time that it is asked for, nothing later."""
        if (kind, name) in self._expanded:
            return ()
        self._expanded.add((kind, name))
        return self._runs(snapshot=name) if kind == "snapshot" else self._collections(model=name)

    def _snapshot(self, name: str) -> Node:
        return Node("snapshot", name, self._contents(name), (), self._once("snapshot", name))

    def _contents(self, snapshot: str) -> Row:
        counted = self._ask("lineage_contents", snapshot=snapshot)
        documents = self._ask("lineage_documents", snapshot=snapshot, limit=_TOP_DOCUMENTS)
        return {"pairs": sum(row["pairs"] for row in counted), "by_kind": counted, "top_documents": documents}

    def _runs(self, run: str = "", snapshot: str = "") -> tuple[Node, ...]:
        rows = self._ask("lineage_runs", run=run, model="", snapshots=[snapshot] if snapshot else [])
        return tuple(Node("run", row["run"], _run_facts(row), (), self._outcome(row)) for row in rows)

    def _outcome(self, run: Row) -> tuple[Node, ...]:
        model = run["model"]
        return (Node("model", model, {}, (), self._once("model", model)),) if model else ()

    def _run(self, name: str) -> Node:
        row = self._ask("lineage_runs", run=name, model="", snapshots=[])[0]
        return Node("run", name, _run_facts(row), self._learned(row), self._outcome(row))

    def _model(self, name: str) -> Node:
        rows = self._ask("lineage_runs", run="", model=name, snapshots=[])
        origin = tuple(Node("run", row["run"], _run_facts(row), self._learned(row)) for row in rows)
        return Node("model", name, {}, origin, self._once("model", name))

    def _learned(self, run: Row) -> tuple[Node, ...]:
        """Return the snapshot that a run learned from, with what it holds."""
        return (Node("snapshot", run["snapshot"], self._contents(run["snapshot"])),) if run["snapshot"] else ()

    def _collection(self, name: str) -> Node:
        node = next(iter(self._collections(collection=name)), None) or self._served([Node("collection", name)])[0]
        models = {step["model"] for step in node.facts.get("history", ()) if step["model"]}
        origin = tuple(
            Node("run", row["run"], _run_facts(row), self._learned(row), (Node("model", model),))
            for model in sorted(models)
            for row in self._ask("lineage_runs", run="", model=model, snapshots=[])
        )
        return Node("collection", name, node.facts, origin, node.led_to)

    def _collections(self, model: str = "", collection: str = "") -> tuple[Node, ...]:
        history: dict[str, list[Row]] = defaultdict(list)
        for row in self._ask("lineage_collections", model=model, collection=collection):
            facts = {name: value for name, value in row.items() if value and name not in ("collection", "run")}
            history[row["collection"]].append({"model": ""} | facts)
        return self._served([Node("collection", name, {"history": steps}) for name, steps in history.items()])

    def _served(self, nodes: Sequence[Node]) -> tuple[Node, ...]:
        if not nodes:
            return ()
        rows = {row["collection"]: row for row in self._ask("lineage_served", collections=[n.id for n in nodes])}
        return tuple(Node(n.kind, n.id, n.facts | _served_facts(rows[n.id])) for n in nodes)


def _event_node(sent: Sequence[Row]) -> Node:
    """Return an event with every place at which it stands in Kafka; sending it again changes nothing else."""
    first = sent[0]
    named = ("user", "document", "interaction", "query", "rank")
    facts = {"type": first["type"], "occurred_at": first["occurred_at"], "topic": first["topic"]}
    positions = [{"partition": row["partition"], "offset": row["offset"], "topic_id": row["topic_id"]} for row in sent]
    return Node("event", first["event_id"], facts | {n: first[n] for n in named if first[n]} | {"places": positions})


def _session_facts(row: Row) -> Row:
    facts = {name: row[name] for name in ("user", "started_at", "ended_at", "accesses")}
    return facts | ({"withdrawn": True} if row["withdrawn"] else {})


def _pair_facts(row: Row) -> Row:
    title = f"title of {row['anchor_document']}" if row["anchor_document"] else "title of its conversation"
    facts: Row = {"kind_of_pair": row["kind"], "anchor": row["anchor"] or title}
    facts |= {"document": row["document"], "weight": row["weight"], "occurred_at": row["occurred_at"]}
    if row["source_document"]:
        facts |= {"source_document": row["source_document"], "source_version": row["source_version"]}
    return facts | ({"user": row["user"]} if row["user"] else {})


def _run_facts(row: Row) -> Row:
    shown = ("verdict", "requested_by", "requested_at", "reason", "ndcg_live", "ndcg_candidate")
    return {name: row[name] for name in shown if row[name] not in ("", None)}


def _served_facts(row: Row) -> Row:
    facts = {"documents": row["documents"], "searches_answered": row["searches"]}
    return facts | ({"first_search": row["first_at"], "last_search": row["last_at"]} if row["searches"] else {})
