"""What is live, in Redis: the serving record, the collections' states, their progress, and the packets under review.

The serving record decides alone which model and collection answer a tenant's searches. It moves by compare-and-set on
its version, together with the states of the collections that the move concerns, in one script: nobody ever sees a
record without its states, and of two who move at once one is refused. The event of the move is kept in the same step
until it is published (a transactional outbox), so that no crash leaves the audit trail without it.

| key | type | holds |
|---|---|---|
| `serving:{tenant}` | string | the record, JSON |
| `tenants:served` | set | tenants that have a record |
| `states:{tenant}` | hash | collection -> state (`stores.collection_states` says which follow which) |
| `collections:{tenant}` | hash | collection -> what is known of it, JSON |
| `progress:{tenant}` | hash | collection -> how far its build is, JSON |
| `outbox:{tenant}` | hash | event id -> the event of a move that is still to be published, JSON |
| `decided:{tenant}` | hash | id of an approval's event -> `done`, or why it was refused |
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from schemas.fusion import EVEN, Fusion
from schemas.learning import Comparison, CutoverDone, Proof, RolledBack
from schemas.packet import Packet, digest
from stores import lua_files, redis_client
from stores.audits import Audits
from stores.collection_states import State, check_move
from stores.errors import Refused
from stores.packets import Packets
from stores.rebuilds import Rebuilds
from stores.settings import Settings

Moved = CutoverDone | RolledBack
"""The event of a move of the serving record."""

DONE = "done"
"""The outcome of an approval that was carried out; any other is the reason of its refusal."""

HIGHEST_VERSION = 2**40
"""No record gets so far by moving: one that says so, or an event, was not made by us and is not counted on from."""

STANDBY_FOR = timedelta(days=7)
"""How long what was live before is kept fresh, so that a rollback is at once and loses no document change."""

_MOVED: TypeAdapter[Moved] = TypeAdapter(Moved)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Standby(_Value):
    """The collection that a rollback returns to, with its model's own fusion, kept fresh until `until`."""

    model: str
    collection: str
    until: datetime
    manifest: str | None = None
    fusion: Fusion = EVEN


class ServingRecord(_Value):
    """What answers a tenant's searches. `version` grows by one with every move; `packet` is what was approved.

    `manifest` is the hash of the model's files as they were reviewed: an encoder with other files does not load.
    `fusion` is how searches weigh meaning and words, as it was judged with this model.
    """

    tenant: str
    model: str
    collection: str
    version: int
    standby: Standby | None = None
    packet: str | None = None
    by: str = ""
    moved_at: datetime
    manifest: str | None = None
    fusion: Fusion = EVEN

    @classmethod
    def after(cls, event: Moved) -> "ServingRecord":
        """Return the record that a move leaves: what it replaced, if anything, is the standby for `STANDBY_FOR`."""
        standby, until = None, event.occurred_at + STANDBY_FOR
        model, collection = event.previous_model, event.previous_collection
        if model is not None and collection is not None:
            standby = Standby(
                model=model,
                collection=collection,
                until=until,
                manifest=event.previous_manifest,
                fusion=event.previous_fusion or EVEN,
            )
        return cls(
            tenant=event.tenant,
            model=event.model,
            collection=event.collection,
            version=event.serving_version,
            standby=standby,
            packet=event.packet if isinstance(event, CutoverDone) else None,
            by=event.by,
            moved_at=event.occurred_at,
            manifest=event.manifest,
            fusion=event.fusion or EVEN,
        )


class Candidate(_Value):
    """What the training run said of the model that a shadow collection carries."""

    run: str
    parent: str
    comparison: Comparison


class Collection(_Value):
    """What is known of one collection beside its state. `compared_with` is the serving version in its packet. What is
    `served_from` another has no rows: its model was changed for queries alone."""

    tenant: str
    model: str
    collection: str
    created_at: datetime
    manifest: str | None = None
    served_from: str | None = None
    candidate: Candidate | None = None
    proof: Proof | None = None
    proved_at: datetime | None = None
    packet: str | None = None
    compared_with: int | None = None
    note: str = ""


class Progress(_Value):
    """How far a build is: documents done of those known, how many a second, and the seconds left at that speed."""

    done: int
    total: int
    rate: float
    eta_s: float | None
    at: datetime


_TENANTS = "tenants:served"


class Serving:
    """One process's view of the serving records; safe to use from several threads."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client
        self.rebuilds = Rebuilds(client)
        self.audits = Audits(client)
        self.packets = Packets(client)

    @classmethod
    def connect(cls, settings: Settings) -> "Serving":
        """Open a client. Nothing is sent yet."""
        return cls(redis_client.connect(settings))

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def tenants(self) -> list[str]:
        """Return the tenants that have a serving record."""
        return sorted(map(str, redis_client.guarded(lambda: self._client.smembers(_TENANTS))))

    def record(self, tenant: str) -> ServingRecord | None:
        """Return what is live for the tenant, or None before its first document.

        Raises `Refused` for a record that no service wrote.
        """
        text = redis_client.guarded(lambda: self._client.get(f"serving:{tenant}"))
        try:
            return ServingRecord.model_validate_json(text) if text else None
        except ValidationError as error:
            reason = error.errors()[0]
            field = ".".join(map(str, reason["loc"])) or "JSON"
            raise Refused(
                f"the serving record of '{tenant}' in Redis was not put there by a service ({field}: {reason['msg']})"
            ) from error

    def switch(self, event: Moved, states: Mapping[str, tuple[str, str]], replaces: int | None = None) -> None:
        """Make what the event says live, and keep the event in the outbox, in one step; otherwise as `move`."""
        self.move(ServingRecord.after(event), states, replaces, event)

    def move(
        self,
        record: ServingRecord,
        states: Mapping[str, tuple[str, str]],
        replaces: int | None = None,
        event: Moved | None = None,
    ) -> None:
        """Make `record` the tenant's serving record, in one step with the states `{collection: (from, to)}`, and keep
        the event of the move in the outbox (`pending_events`).

        Raises `Refused` unless every move of a state is legal, the present record's version is `replaces` (one less
        than the new one's if not given, 0 when there is no record), and every collection is in its `from` state.
        """
        for name, (before, after) in states.items():
            check_move(name, State(before), State(after))
        flat = [part for name, (before, after) in states.items() for part in (name, before, after)]
        tenant = record.tenant
        keys = (f"serving:{tenant}", f"states:{tenant}", _TENANTS, f"outbox:{tenant}")
        expected = record.version - 1 if replaces is None else replaces
        outgoing = (event.event_id, event.model_dump_json()) if event else ("", "")
        arguments = (str(expected), record.model_dump_json(), tenant, *outgoing, *flat)
        answer = redis_client.guarded(lambda: self._client.eval(lua_files.named("serving_move"), 4, *keys, *arguments))
        if answer:
            raise Refused(f"somebody else moved first ({answer}); look at `tidewheel status` and decide again")

    def pending_events(self, tenant: str) -> list[Moved]:
        """Return the events of moves that were not published yet, the oldest first."""
        found = [_MOVED.validate_json(text) for text in self._all(f"outbox:{tenant}").values()]
        return sorted(found, key=lambda event: event.serving_version)

    def mark_published(self, event: Moved) -> None:
        """Take a published event out of the outbox; repeating it changes nothing."""
        redis_client.guarded(lambda: self._client.hdel(f"outbox:{event.tenant}", event.event_id))

    def register(self, about: Collection, state: str) -> bool:
        """Note a new collection in its first state; False when its name is taken, which changes nothing."""
        keys = (f"states:{about.tenant}", f"collections:{about.tenant}")
        arguments = (about.collection, state, about.model_dump_json())
        return bool(
            redis_client.guarded(lambda: self._client.eval(lua_files.named("serving_register"), 2, *keys, *arguments))
        )

    def set_state(self, tenant: str, collection: str, before: str, after: str) -> None:
        """Move one collection's state. Raises `Refused` when it is not in `before` any more, or the move is illegal."""
        check_move(collection, State(before), State(after))
        script, key = lua_files.named("serving_set_state"), f"states:{tenant}"
        found = redis_client.guarded(lambda: self._client.eval(script, 1, key, collection, before, after))
        if found != before:
            raise Refused(f"{collection} is {found or 'unknown'}, not {before}; somebody else moved it")

    def states(self, tenant: str) -> dict[str, str]:
        """Return every collection's state, gone ones included."""
        return self._all(f"states:{tenant}")

    def collection(self, tenant: str, collection: str) -> Collection | None:
        """Return what is known of a collection."""
        text = redis_client.guarded(lambda: self._client.hget(f"collections:{tenant}", collection))
        return Collection.model_validate_json(text) if text else None

    def collections(self, tenant: str) -> dict[str, Collection]:
        """Return what is known of all the tenant's collections, by name."""
        found = self._all(f"collections:{tenant}")
        return {name: Collection.model_validate_json(text) for name, text in found.items()}

    def save(self, about: Collection) -> None:
        """Replace what is known of a collection. Only the indexer does that."""
        self._put(f"collections:{about.tenant}", about.collection, about.model_dump_json())

    def progress(self, tenant: str) -> dict[str, Progress]:
        """Return how far each collection's build is."""
        found = self._all(f"progress:{tenant}")
        return {name: Progress.model_validate_json(text) for name, text in found.items()}

    def set_progress(self, tenant: str, collection: str, progress: Progress) -> None:
        """Say how far a build is."""
        self._put(f"progress:{tenant}", collection, progress.model_dump_json())

    def packet(self, tenant: str, expected: str) -> Packet:
        """Return the packet with this hash. Raises `Refused` when there is none or its hash is another: altered."""
        text = redis_client.guarded(lambda: self._client.hget(f"packets:{tenant}", expected))
        if text is None:
            raise Refused(f"there is no packet {expected[:12]}; see `tidewheel packet` for the one under review")
        if digest(str(text)) != expected:
            raise Refused(f"the kept packet {expected[:12]} is not what was reviewed; wait for a new one")
        return Packet.model_validate_json(str(text))

    def save_packet(self, packet: Packet) -> str:
        """Keep a packet under its hash, and return the hash."""
        text = packet.canonical()
        self._put(f"packets:{packet.tenant}", key := digest(text), text)
        return key

    def outcome(self, tenant: str, event_id: str) -> str | None:
        """Return what became of the approval with this event id: `DONE`, why it was refused, None while undecided."""
        text = redis_client.guarded(lambda: self._client.hget(f"decided:{tenant}", event_id))
        return None if text is None else str(text)

    def record_outcome(self, tenant: str, event_id: str, outcome: str) -> None:
        """Keep what became of an approval, so that its event delivered again is recognised."""
        self._put(f"decided:{tenant}", event_id, outcome)

    def outcomes(self, tenant: str) -> list[str]:
        """Return what became of all the tenant's approvals."""
        return [*self._all(f"decided:{tenant}").values()]

    def _put(self, key: str, field: str, value: str) -> None:
        redis_client.guarded(lambda: self._client.hset(key, field, value))

    def _all(self, key: str) -> dict[str, str]:
        found = redis_client.guarded(lambda: self._client.hgetall(key))
        return {str(field): str(value) for field, value in found.items()}
