"""Forgetting a person: nothing in the warehouse or among the open sessions names them or repeats their words, but for
what `REMAINS` says.

    look ▸ scores and dead letters ▸ raw rows and authorship ▸ open sessions ▸ sessions, pairs ▸ look again

Raw rows are emptied in place, never deleted, so that the ledger misses no offset; what was derived is deleted. The
server rewrites the files (`ALTER TABLE ... UPDATE / DELETE`), so nothing depends on a later merge or on FINAL. The
person's name travels as a row of the table `forgetting` and stands in no statement, because servers keep statements.
Every step may be repeated: a removal that was cut off is finished by running it again. Raw rows come before derived
ones, because a session could be computed from them again; scores come before raw rows, which say whose words were used.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from operations.forget_letters import note_letters
from schemas.ids import TenantId, UserId, stable_id
from schemas.learning import TrainingRequested
from stores.access_log import AccessLog, Pace
from stores.errors import Misconfigured, Retryable
from stores.ports import Inserts, Queries, Statements
from stores.redis_client import Client
from stores.serving import ServingRecord

Row = dict[str, Any]

REQUESTED_BY = "forget"

REMAINS = (
    "what is sent of the person later: `--suppress` has gateways refuse it; what comes by Kafka itself is taken",
    "Kafka keeps its own copy of events and dead letters until their retention is over; should a topic be read again "
    "from before now, run this command again",
    "the weights of models that learned from the person (the command lists them), until they retire",
    "keyed hashes of queries in the memory of the hold-out: no words can be read from them without the key",
    "query texts, without names, in reports and packets of finished training runs, and single words in drift figures",
    "access lists that name the person as a group, `user:NAME`, until senders send others (the command counts them)",
    "documents and messages that the person wrote: only their name as author goes; DocumentDeleted removes a document",
    "a query that other people clicked after, too, among a document's words, until the indexer looks again in a minute",
    "words of searches that came as UBI, without names, in the gateway's memory for a day (gateway.remembered_h)",
    "who approved or asked for what in the learning log: it is the audit trail",
    "replaced files on ClickHouse's disk for some minutes, Redis's append-only file until its next rewrite, backups",
)
"""What this does not reach, for people to know."""

_STAGES: tuple[tuple[str, ...], ...] = (("query_scores", "dead_letters"), ("documents", "events"))
_DERIVED = ("sessions", "pairs", "late_accesses", "document_people", "query_clicks", "drift_samples")
_ROUNDS = 3
_POLL_S = 0.05


class Warehouse(Queries, Statements, Inserts, Protocol):
    """What forgetting needs of `stores.warehouse.Warehouse`."""


class OpenSessions(Protocol):
    """What forgetting needs of `stores.access_log.AccessLog`."""

    def forget(self, tenant: str, user: str, now: int) -> bool:
        """Remove everything that is kept of one user; return False, and remove nothing, while a closer works on it."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person: rows by table and kind, the models that learned from them, and dead letters that hold
    their id but name no tenant (those are left alone unless asked for), the spellings of the id that are kept, and how
    many documents' access lists name the person as `user:NAME` (those stay)."""

    rows: tuple[Row, ...]
    models: tuple[Row, ...]
    strays: int
    spelt: tuple[str, ...]
    lists: int


class Forgetting:
    """The removal of one person, as a context: within it `look` and `remove`; afterwards the person stands nowhere.

    One at a time in an installation: hold the lease `forget` around it. Raises `Misconfigured` for an id that no user
    or tenant can have.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        accesses: OpenSessions,
        tenant: str,
        user: str,
        strays: bool = False,
        within_s: float = 600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._warehouse, self._accesses = warehouse, accesses
        self._tenant, self._user = _checked(TenantId, tenant, "tenant"), _checked(UserId, user, "user")
        self._strays, self._within_s, self._clock = strays, within_s, clock
        self._left_alone = 0

    def __enter__(self) -> "Forgetting":
        self._settle()  # a removal that was cut off: its rewritings still read the table
        self._note()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._warehouse.query("forget_unfinished"):
            self._warehouse.run("forget_start")

    def look(self) -> Kept:
        """Return what is kept now."""
        return Kept(
            tuple(self._warehouse.query("forget_counts")),
            tuple(self._warehouse.query("forget_models")),
            self._left_alone,
            tuple(self._users()),
            self._warehouse.query("forget_lists")[0]["documents"],
        )

    def remove(self) -> None:
        """Remove all of it, as `removing` does; return when nothing is left."""
        for _ in self.removing():
            pass

    def removing(self) -> Iterator[Sequence[str]]:
        """Remove all of it; yield, after every stage, the tables that are rewritten so far.

        Raises `Retryable` when the server is still rewriting after `within_s` seconds, or when more keeps coming.
        """
        self._forget_open()
        for _ in range(_ROUNDS):
            done: list[str] = []
            if not (found := self._found()):
                return
            for stage in _STAGES:
                yield (done := done + self._rewrite(found, stage))
            self._forget_open()
            yield done + self._rewrite(self._found(), _DERIVED)
            self._note()
        if self._found():
            raise Retryable("events of this person keep coming in; run the same command again when they have stopped")

    def _note(self) -> None:
        """Write down who it is, in every spelling, which words are theirs alone, and which letters name them."""
        self._warehouse.run("forget_start")
        self._warehouse.insert("forgetting", {"what": ["user"], "tenant": [self._tenant], "text": [self._user]})
        self._warehouse.run("forget_spellings")
        self._warehouse.run("forget_queries")
        self._left_alone = note_letters(self._warehouse, self._tenant, self._user, self._strays)

    def _users(self) -> list[str]:
        return [row["user"] for row in self._warehouse.query("forget_users")]

    def _found(self) -> frozenset[str]:
        return frozenset(row["kept_in"] for row in self._warehouse.query("forget_counts"))

    def _rewrite(self, found: frozenset[str], tables: Sequence[str]) -> list[str]:
        """Have those of the tables rewritten that hold something; return them once they are."""
        concerned = [table for table in tables if table in found]
        if "query_clicks" in concerned:
            self._warehouse.run("forget_query_clicks_noted")
        for table in concerned:
            self._warehouse.run(f"forget_{table}")
        self._settle()
        return concerned

    def _settle(self) -> None:
        """Wait until the server has rewritten what was asked for."""
        until = self._clock() + self._within_s
        while unfinished := self._warehouse.query("forget_unfinished"):
            if reasons := [row["latest_fail_reason"] for row in unfinished if row["latest_fail_reason"]]:
                raise Retryable(
                    f"ClickHouse cannot rewrite {unfinished[0]['table']} yet ({reasons[0]}); run this again"
                )
            if self._clock() > until:
                raise Retryable(f"ClickHouse is still rewriting {unfinished[0]['table']}; run the same command again")
            time.sleep(_POLL_S)

    def _forget_open(self) -> None:
        """Forget the open sessions, once no closer can be about to write rows of them."""
        for user in self._users():
            while not self._accesses.forget(self._tenant, user, int(self._clock() * 1_000)):
                time.sleep(_POLL_S)  # at most a claim's lease


def roles_of(record: ServingRecord | None) -> dict[str, str]:
    """Return what each model that serves is, e.g. {"acme-run-1": "live", "base": "standby"}."""
    if record is None:
        return {}
    standby = {record.standby.model: "standby"} if record.standby else {}
    return standby | {record.model: "live"}


def open_sessions(redis: Client) -> AccessLog:
    """Return the open sessions, to forget people in: none is closed, so how time passes does not matter."""
    return AccessLog(redis, Pace(gap=0, lease=0, long=0))


def retraining(warehouse: Warehouse, tenant: str, roles: Mapping[str, str], now: datetime) -> TrainingRequested | None:
    """Return the request for a new model when one of these learned from signals that are gone, and nobody asked yet.

    `roles` says what each model is now (see `roles_of`). What is asked follows from what is gone, not
    from this process's memory: after a crash the same request comes out again, under the same ids.
    """
    gone = warehouse.query("forget_gone", tenant=tenant, models=sorted(roles))
    if not gone:
        return None
    named = stable_id("forget", tenant, *(part for row in gone for part in (row["model"], row["gone"])))
    run = f"run-forget-{named[:12]}"
    if warehouse.query("lineage_runs", tenant=tenant, run=run, model="", snapshots=[]):
        return None
    gone_from = "; ".join(f"{row['model']} ({roles[row['model']]}): {row['gone']}" for row in gone)
    return TrainingRequested(
        event_id=named,
        tenant=tenant,
        occurred_at=now,
        run=run,
        requested_by=REQUESTED_BY,
        start_from="base",
        reason=f"signals that were learned from and had to be forgotten since: {gone_from}",
    )


def _checked(kind: Any, value: str, name: str) -> str:  # noqa: ANN401  # an annotated type
    try:
        return str(TypeAdapter(kind).validate_python(value))
    except ValidationError as error:
        raise Misconfigured(f"--{name}: {error.errors()[0]['msg']}; nothing was removed") from error
