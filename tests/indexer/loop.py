"""The indexer's parts wired as in production, with a list in place of the topic, so that a test moves it by turns."""

from collections.abc import Callable
from typing import Any

from indexer.cleaning import Cleaner
from indexer.cutover import Cutover
from indexer.lists import WholeLists
from indexer.live_first import LiveFirst
from indexer.proof.verify import Verifier, VerifyConfig
from indexer.review.comparison import ComparisonConfig, ComparisonRunner
from indexer.service import Indexer, ServiceConfig
from indexer.shadow import Shadows
from indexer.upkeep import Upkeep
from operations import standby
from operations.rollback import rollback
from schemas.envelope import Event
from schemas.fusion import Fusion
from schemas.learning import Comparison, CutoverApproved, CutoverDone, CutoverRefused, ModelTrained, RolledBack
from schemas.packet import Packet
from stores.collection_states import State
from stores.columns import Same
from stores.evaluation import evaluation
from stores.retention import RetentionConfig
from stores.serving import Collection, ServingRecord
from tests.indexer.world import OPERATOR, World

CHOSEN = Fusion(dense=0.8)
WON = Comparison(
    queries=50, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.15,
    fusion_candidate=CHOSEN,
)  # fmt: skip


class Loop:
    """One process of the indexer; make another to see a restart."""

    def __init__(
        self,
        world: World,
        config: VerifyConfig | None = None,
        live_wait_s: float = 0.2,
        check_lease: Callable[[], None] = lambda: None,
        approvals: int = 1,
        standby_every_s: float = 0.0,
    ) -> None:
        self.world = world
        self.sent: list[Event] = []

        def emit(event: Event) -> None:
            check_lease()
            self.sent.append(event)

        config = config or VerifyConfig(page=7, sample=8, searched=8)
        serving_sync = world.new_sync(check_lease=check_lease)
        upkeep = Upkeep(world.serving, serving_sync, world.clock, standby_every_s=standby_every_s)
        self.live_first = LiveFirst(self, live_wait_s, world.clock)
        self.sync = sync = world.new_sync(yield_point=self.live_first.yield_point, check_lease=check_lease)
        self.verifier = Verifier(sync, config, world.clock, live=upkeep.sync)
        self.cutover = Cutover(
            world.serving,
            sync,
            self.verifier,
            world.trust,
            config,
            world.clock,
            approvals=approvals,
            undisturbed=self.live_first.held,
        )
        comparison = ComparisonRunner(
            world.warehouse, world.vectors, world.encoders, ComparisonConfig(queries=20, timed=4, examples=2)
        )
        shadows = Shadows(world.serving, sync, self.verifier, comparison, world.trust, config, world.clock, emit)
        self.indexer = Indexer(
            world.tenant, world.serving, upkeep, shadows, self.cutover, world.trust, ServiceConfig(), emit,
            world.clock, Cleaner(world.serving, world.warehouse, world.vectors, RetentionConfig(), world.clock),
            WholeLists(world.lists, world.warehouse),
        )  # fmt: skip

    def settle(self) -> list[Event]:
        """Take turns until nothing is left to do; return the events that were sent meanwhile."""
        before = len(self.sent)
        for _ in range(50):
            if not self.turn():
                return self.sent[before:]
        raise AssertionError("the indexer does not come to rest")

    def turn(self) -> bool:
        return self.indexer.turn(self._mark())

    def marks(self) -> dict[str, int]:
        return {self.world.tenant: self._mark()}

    def keep_fresh(self, tenant: str, mark: int, budget_s: float) -> None:
        self.indexer.keep_fresh(mark, budget_s)

    def _mark(self) -> int:
        return self.world.documents.marks().get(self.world.tenant, 0)

    def ready(self, model: str | None = None) -> Packet:
        """Bring the model's shadow to ready and return its packet."""
        self.indexer.handle(trained(self.world, model))
        self.settle()
        return self.packet(model)

    def packet(self, model: str | None = None) -> Packet:
        target = self.world.target(model or self.world.next)
        about = self.world.serving.collection(self.world.tenant, target.collection)
        assert about is not None
        assert about.packet is not None, about.note
        return self.world.serving.packet(self.world.tenant, about.packet)

    def roll_back(self) -> RolledBack:
        sign = self.world.signing.as_operator
        return rollback(self.world.serving, self.check, sign, self.world.tenant, OPERATOR, "test", self.world.clock())

    def check(self, record: ServingRecord) -> None:
        standby.check(self.world.serving, self.world.vectors, lambda: self.world.warehouse, record)

    def state(self, model: str) -> str:
        return self.world.serving.states(self.world.tenant).get(self.world.target(model).collection, "")


def trained(world: World, model: str | None = None, comparison: Comparison = WON, **changed: object) -> ModelTrained:
    """The signed event of a run that won, with the scores behind it, and what the audit trail keeps of it."""
    model = model or world.next
    run = str(changed.pop("run", f"run-{model}"))
    event = ModelTrained(
        event_id=f"trained-{model}",
        tenant=world.tenant,
        occurred_at=world.clock(),
        run=run,
        model=model,
        parent="base",
        snapshot="s",
        comparison=comparison,
        manifest=world.manifest(model) or "f" * 64,
        evaluation=evaluation(scored(world, run, comparison)).sha256,
    )
    event = world.signing.as_installation(event.model_copy(update=changed))
    world.event("ModelTrained", "", payload=event.model_dump_json())
    return event


def scored(world: World, run: str, comparison: Comparison, snapshot: str = "s") -> list[dict[str, Any]]:
    """Write the scores that this comparison sums up, of the try with this snapshot, and return them."""
    means = {"candidate": comparison.ndcg_live + comparison.difference, "live": comparison.ndcg_live}
    rows = [
        {"query": f"query {n}", "system": system, "relevant": ["d1"], "retrieved": ["d1", "d2"], "score": mean}
        for system, mean in means.items()
        for n in range(comparison.queries)
    ]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    world.warehouse.insert(
        "query_scores", {"tenant": Same(world.tenant), "run": Same(run), "snapshot": Same(snapshot), **columns}
    )
    return rows


def approval(packet: Packet, event: str = "approval", /, **changed: str) -> CutoverApproved:
    """An operator's approval of this packet, or of something else."""
    right = CutoverApproved(
        event_id=event,
        tenant=packet.tenant,
        occurred_at=packet.created_at,
        packet=packet.digest,
        collection=packet.collection,
        by=OPERATOR,
    )
    return right.model_copy(update=dict(changed))


def first(world: World, documents: int = 12) -> Loop:
    """A tenant with documents and searches, live on the first tiny model in place of the base model."""
    with world.together():
        for n in range(documents):
            world.put(f"d{n}", 1, f"body {n} about topic {n % 4}", acl=("everyone",) if n % 3 else ("board",))
    with world.together():
        for n in range(6):
            world.event("SearchServed", f"u{n}", query=f"topic {n}")
            world.event("DocumentOpened", f"u{n}", document=f"d{n}", query=f"topic {n}")
    start_with(world, world.live)
    return Loop(world)


def start_with(world: World, model: str) -> None:
    """Make `model` live first in place of the base model, so that no test waits for the base model."""
    target = world.target(model)
    world.sync.ensure(target)
    about = Collection(
        tenant=world.tenant,
        model=model,
        collection=target.collection,
        created_at=world.clock(),
        manifest=target.manifest,
    )
    assert world.serving.register(about, State.BUILDING)
    been = moved_to(world, model, 1)
    world.serving.switch(been, {target.collection: (State.BUILDING, State.LIVE)}, replaces=0)
    world.serving.mark_published(been)
    world.event("CutoverDone", "", payload=been.model_dump_json())


def moved_to(world: World, model: str, version: int) -> CutoverDone:
    """The signed event of a move to this model's collection."""
    return world.signing.as_installation(
        CutoverDone(
            event_id=f"move-{world.tenant}-{version}",
            tenant=world.tenant,
            occurred_at=world.clock(),
            model=model,
            collection=world.target(model).collection,
            serving_version=version,
            by="indexer",
            manifest=world.manifest(model),
        )
    )


def lose_record(world: World, model: str | None = None) -> None:
    """Lose all that Redis has of the tenant, and the rows of one model's collection, which have to come anew."""
    for key in world.serving._client.keys(f"*:{world.tenant}"):
        world.serving._client.delete(key)
    world.vectors.drop(world.target(model).collection)


def lose_rows(world: World, *tables: str) -> None:
    """Lose all that the warehouse has of the tenant in these tables."""
    for table in tables:
        world.warehouse.execute(
            f"ALTER TABLE {table} DELETE WHERE tenant = '{world.tenant}' SETTINGS mutations_sync = 2"
        )


def record(world: World) -> ServingRecord:
    found = world.serving.record(world.tenant)
    assert found is not None
    return found


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


def refused(loop: Loop, event: CutoverApproved) -> str:
    before = record(loop.world)
    loop.indexer.handle(event)
    (result,) = of(CutoverRefused, loop.sent[-1:])
    assert isinstance(result, CutoverRefused)
    assert record(loop.world) == before
    return result.reason
