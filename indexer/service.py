"""One tenant's story: documents become collections, trained models become shadows, approved shadows go live.

    for ever:  access lists kept whole ▸ moves of the serving record published ▸ first collection
               ▸ live and standby kept fresh ▸ shadows taken on ▸ what is retired dropped ▸ the alias set right

Live comes before shadows in every turn, and a shadow works in slices with rests, so searches and document changes never
wait long for a build. A tenant whose documents did not change costs a look at Redis and Milvus. What is remembered here
of the stores is true as long as nobody else works on the tenant: an `Indexer` lives as long as its worker holds the
tenant (`indexer.worker`), and the next holder begins with a new one, which knows nothing but what the stores hold.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from indexer.bootstrap import bootstrap
from indexer.cleaning import Cleaner
from indexer.cutover import INDEXER, Behind, Cutover, Waits, refusal
from indexer.lists import WholeLists
from indexer.record_audit import RecordAudit
from indexer.shadow import Shadows
from indexer.trust import Trust
from indexer.upkeep import Upkeep
from schemas.envelope import Event
from schemas.learning import CutoverApproved, CutoverRefused, ModelTrained
from stores.approvals import waits
from stores.collection_states import State
from stores.errors import Retryable, TidewheelError
from stores.serving import DONE, Serving, ServingRecord

LOG = logging.getLogger(__name__)


class ServiceConfig(BaseModel):
    """How the service divides its time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    idle_s: float = Field(default=0.5, gt=0, description="seconds between looks at the documents when nothing changed")
    live_slice_s: float = Field(
        default=1.0, gt=0, description="seconds at once for a live or standby collection: what other tenants wait"
    )
    standby_every_s: float = Field(
        default=5.0, ge=0, le=10, description="seconds between two looks at a standby, whose changes cost less together"
    )
    shadow_slice_s: float = Field(
        default=2.0, gt=0, description="seconds at once for a shadow: what live changes may wait"
    )
    rest_s: float = Field(default=3.0, ge=0, description="seconds until a tenant that had an error is tried again")


class Indexer:
    """The steps above, for one tenant. Shadows and cutover let live changes through by themselves
    (`indexer.live_first`)."""

    def __init__(
        self,
        tenant: str,
        serving: Serving,
        upkeep: Upkeep,
        shadows: Shadows,
        cutover: Cutover,
        trust: Trust,
        config: ServiceConfig,
        emit: Callable[[Event], None],
        clock: Callable[[], datetime],
        cleaner: Cleaner,
        lists: WholeLists,
    ) -> None:
        self._tenant = tenant
        self._serving = serving
        self._upkeep = upkeep
        self._shadows = shadows
        self._cutover = cutover
        self._trust = trust
        self._audit = RecordAudit(trust.trail, clock)
        self._config = config
        self._emit = emit
        self._clock = clock
        self._cleaner = cleaner
        self._lists = lists

    def handle(self, event: Event) -> None:
        """Act on one decision; one that was acted on before changes nothing.

        Raises `Retryable`: hand it in again. One that fails in any other way will fail again, and is passed over.
        """
        try:
            if isinstance(event, ModelTrained):
                self._shadows.start(event)
            elif isinstance(event, CutoverApproved):
                self._approve(event)
            elif isinstance(event, CutoverRefused) and event.by != INDEXER:
                self._shadows.refuse(event)
        except Retryable:
            raise
        except Exception as error:
            LOG.exception("%s: %s %s is passed over: %s", event.tenant, type(event).__name__, event.event_id, error)

    def turn(self, mark: int, decided: Callable[[], bool] = lambda: False) -> bool:
        """Take every step once; return whether anything was done, so that another turn should follow at once.

        `mark` is another number once any of the tenant's documents changed. `decided` acts on the decisions that came:
        when there were any, the turn ends, since what it knew of the tenant may be over.
        """
        tenant = self._tenant
        self._lists.keep(tenant)
        self._publish_moves()
        record = self._serving.record(tenant)
        if record is None:
            bootstrap(self._serving, self._upkeep.sync, self._trust, tenant, self._clock())
            if waiting := self._trust.trail.undecided(tenant):
                self._shadows.start(waiting)
            self._publish_moves()
            return True
        self._audit.look(record)
        trouble: TidewheelError | None = None
        try:
            busy = self._upkeep.keep_fresh(record, mark, self._config.live_slice_s)
        except TidewheelError as error:  # what serves cannot be kept fresh: nothing else waits for that
            busy, trouble = False, error
        try:
            busy = decided() or self._go_on(record, decided) or busy
        except TidewheelError as error:
            trouble = trouble or error
        if trouble is not None:
            raise trouble
        return busy

    def _go_on(self, record: ServingRecord, decided: Callable[[], bool]) -> bool:
        """Take the steps of shadows and of what is over, up to a decision; return whether anything was done."""
        tenant, busy = self._tenant, False
        states = self._serving.states(tenant)
        for name, about in self._serving.collections(tenant).items():
            state = State(states[name])
            if state is State.READY and (overdue := self._cutover.overdue(about)):
                self._carry_out(overdue)
                return True
            if state not in {State.LIVE, State.STANDBY, State.RETIRED, State.FAILED}:
                busy |= self._shadows.advance(record, about, state, self._config.shadow_slice_s)
                if decided():
                    return True
        busy |= self._upkeep.clean_up(record, states)
        self._cleaner.clean(record)
        return busy

    def keep_fresh(self, mark: int, budget_s: float) -> None:
        """Apply document changes to what serves, for `budget_s` seconds a collection."""
        if (record := self._serving.record(self._tenant)) is not None:
            self._upkeep.keep_fresh(record, mark, budget_s)

    def _publish_moves(self) -> None:
        """Send the events of moves of the serving record, whoever moved it; an event sent twice counts once.

        What was not signed by whoever it names was put there by somebody else, and is dropped.
        """
        for event in self._serving.pending_events(self._tenant):
            if rejection := self._trust.signing.objection(event):
                LOG.error("%s: a move in Redis is dropped: %s", self._tenant, rejection.reason)
            else:
                self._emit(event)
            self._serving.mark_published(event)

    def _approve(self, event: CutoverApproved) -> None:
        if self._serving.outcome(event.tenant, event.event_id) is None:
            self._carry_out(event)

    def _carry_out(self, event: CutoverApproved) -> None:
        try:
            self._cutover.carry_out(event)
            self._publish_moves()
            outcome = DONE
        except Retryable:
            raise
        except Waits as missing:
            LOG.info("%s: %s", event.tenant, missing)
            outcome = waits(event.packet, event.by)
        except Exception as error:
            known = isinstance(error, TidewheelError)
            LOG.warning("%s: the cutover is refused: %s", event.tenant, error, exc_info=not known)
            if not isinstance(error, Behind):
                self._shadows.verify_again(event.tenant, event.collection)
            outcome = str(error) or type(error).__name__
            self._emit(refusal(event, outcome, self._clock()))
        self._serving.record_outcome(event.tenant, event.event_id, outcome)
