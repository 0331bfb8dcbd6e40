"""The chapters of the story: what the demo sends, what it waits for, and what it notes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any

from demo.changes import changes
from demo.conversations import chat
from demo.corpus import Group, arrivals
from demo.people import batches, in_time
from demo.planning import PlannedSearch
from demo.scene import Scene
from demo.stage import OPERATOR
from demo.traffic import Traffic
from indexer.search.answer import Answer
from operations import decisions, standby
from operations.rollback import rollback
from schemas.envelope import Event
from schemas.search import SearchRequest
from schemas.topics import CLICKS

_QUERIES_A_CALL = 32

POISON = (
    b'{"type":"DocumentOpened","event_id":"p1","tenant":"TENANT","occurred_at":"2026-01-01T00:00:00Z","user":"eve"}',
    b'{"type":"DocumentOpened","event_id":"p2","tenant":"TENANT","occurred_at":"2999-01-01T00:00:00Z","user":"eve",'
    b'"document":"ec2:RunInstances"}',
    b"this is not JSON",
)
"""A field is missing, a date is in the future, nothing is right."""


def arrive(scene: Scene, group: Group, at: datetime, days: Sequence[datetime]) -> None:
    """Send a group's documents and wait until they can be searched; its chat is said on these days."""
    documents = list(arrivals(group, scene.stage.tenant, at))
    talk = chat(group, scene.stage.tenant, scene.people.population.ids, days, scene.seed)
    scene.people.learn_of_conversations(talk.told_in)
    scene.to_be_said += talk.events
    _send(scene, documents)
    scene.stage.processed()
    scene.stage.indexed(scene.tell)
    scene.stage.searcher.warm(scene.stage.tenant)


def _send(scene: Scene, events: Sequence[Event]) -> None:
    """Send events, and let the people's own picture of the documents follow."""
    scene.people.reading.library.apply(events)
    scene.stage.send(events)


def ask(scene: Scene, searches: Sequence[PlannedSearch]) -> list[Answer]:
    """Return the real system's answer to each search, in the same order."""
    answers: dict[int, Answer] = {}
    for groups, positions in batches(searches, _QUERIES_A_CALL):
        found = scene.stage.searcher.search(
            scene.stage.tenant, [searches[position].query for position in positions], groups
        )
        answers.update(zip(positions, found, strict=True))
    return [answers[position] for position in range(len(searches))]


def live_through(scene: Scene, day: datetime, second_share: float) -> None:
    """Let people work through one simulated day, and send what they did."""
    events = scene.people.live_through(day, second_share, lambda searches: ask(scene, searches))
    events += [said for said in scene.to_be_said if day <= said.occurred_at < day + timedelta(days=1)]
    _send(scene, in_time(events))
    scene.tell(f"{day:%A %d %B}: {len(events):,} events")


def spoil(scene: Scene) -> None:
    """Send what nobody can accept."""
    for value in POISON:
        scene.stage.send_bytes(CLICKS.name, value.replace(b"TENANT", scene.stage.tenant.encode()))


def until_drift_trips(scene: Scene, days: Sequence[datetime], second_share: float) -> str | None:
    """Live through the days until a training run is requested; return the run, or None when none is.

    A day is judged once the next one has begun, because only then is it complete.
    """
    for day in days:
        live_through(scene, day, second_share)
        scene.stage.processed()
        if run := _requested(scene, day):
            return run
    return None


def _requested(scene: Scene, day: datetime) -> str | None:
    """Wait until every day before `day` is judged; return the run that was requested, if any."""
    complete = day.replace(hour=0, minute=0, second=0, microsecond=0)

    def judged() -> bool:
        rows = scene.stage.warehouse.query("drift_newest", tenant=scene.stage.tenant)
        return bool(rows) and rows[0]["window_end"].replace(tzinfo=UTC) >= complete

    scene.stage.wait_until("judging the drift windows", judged, 60.0)
    request = scene.stage.learned("TrainingRequested")
    if request is None:
        return None
    scene.report.drift.tripped_at = request["evidence"][0]["window_end"]
    scene.report.drift.signals = sorted(evidence["signal"] for evidence in request["evidence"])
    scene.tell(f"drift: {request['reason']}")
    return str(request["run"])


def until_verdict(scene: Scene, run: str) -> bool:
    """Wait for the run's verdict, note what the gate saw, and return whether it is a WIN."""
    began, result = perf_counter(), scene.report.training

    def ended() -> dict[str, Any] | None:
        state = scene.stage.training()
        if state:
            scene.tell(f"training: {' '.join(f'{k}={v}' for k, v in state.items() if k in _TRAINING and v)}")
        event = scene.stage.learned("ModelTrained", "ModelRefused")
        return event if event and event["run"] == run else None

    event = scene.stage.wait_until("the training run", ended, 900.0)
    result.verdict, result.model = event.get("verdict", "WIN"), event.get("model")
    result.reasons, result.seconds = list(event.get("reasons", [])), round(perf_counter() - began, 1)
    if gate := event.get("comparison"):
        result.rung = gate.get("rung")
        result.queries, result.interval = gate["queries"], [gate["low"], gate["high"]]
        result.ndcg_live, result.ndcg_base = gate["ndcg_live"], gate["ndcg_base"]
        result.ndcg_bm25, result.ndcg_candidate = gate["ndcg_bm25"], gate["ndcg_candidate"]
        result.served_ndcg_live, result.served_ndcg_candidate = gate["ndcg_live"], gate["ndcg_candidate"]
        result.served_ndcg_reweighted = gate["ndcg_live_reweighted"]
        result.dense_ndcg_live, result.dense_ndcg_candidate = gate["dense_live"], gate["dense_candidate"]
        result.fusion_live, result.fusion_candidate = gate["fusion_live"]["dense"], gate["fusion_candidate"]["dense"]
    return result.verdict == "WIN"


_TRAINING = ("state", "done", "total", "loss", "eta_s")


def until_shadow_is_ready(scene: Scene) -> None:
    """Change documents while the shadow is built."""
    stage, result, began = scene.stage, scene.report.shadow, perf_counter()
    stage.wait_until("starting the shadow", lambda: stage.learned("ShadowStarted"), 120.0)
    moves = changes((scene.corpus.first, scene.corpus.second), stage.tenant, datetime.now(UTC), scene.seed)
    _send(scene, moves)
    result.changes_meanwhile = len(moves)

    def ready() -> dict[str, Any] | None:
        for name, progress in stage.serving.progress(stage.tenant).items():
            state = stage.serving.states(stage.tenant).get(name)
            if state in ("building", "catching_up", "verifying"):
                scene.tell(f"shadow {state}: {progress.done:,} of {progress.total:,} documents")
        return stage.learned("ShadowReady")

    event = stage.wait_until("building and verifying the shadow", ready, 600.0)
    stage.indexed(scene.tell)
    proof = event["proof"]
    result.documents, result.passages = proof["documents"], proof["passages"]
    result.mismatches, result.repaired = proof["mismatches"], proof["repaired"]
    result.seconds = round(perf_counter() - began, 1)


def decide_and_switch(scene: Scene, traffic: Traffic) -> bool:
    """Show the packet, and when it is approved switch over, back, and over again; return whether it was approved."""
    stage = scene.stage
    packet = decisions.waiting_packet(stage.serving, stage.tenant)
    if not scene.decide(packet):
        return False
    if decisions.already_live(stage.serving, stage.tenant, packet.digest):
        scene.tell("approved already, in the console")
    else:
        now, sign = datetime.now(UTC), stage.signing.as_operator
        approval = decisions.approve(stage.serving, stage.publish, sign, stage.tenant, packet.digest, OPERATOR, now)
        decisions.wait_for_cutover(stage.serving, approval, 120.0)
    traffic.wait_for(4)
    scene.report.cutover.rollback_seconds = _roll(scene, "trying the way back")
    traffic.wait_for(4)
    _roll(scene, "and forward again")
    traffic.wait_for(4)
    return True


def _roll(scene: Scene, reason: str) -> float:
    """Roll back once; return the seconds until a search is answered by what was standby."""
    stage, began = scene.stage, perf_counter()
    sign = stage.signing.as_operator
    check = partial(standby.check, stage.serving, stage.vectors, lambda: stage.warehouse)
    done = rollback(stage.serving, check, sign, stage.tenant, OPERATOR, reason, datetime.now(UTC))
    answer = stage.resident.search(SearchRequest(tenant=stage.tenant, query=scene.corpus.first.queries[0].text))
    took = perf_counter() - began
    assert (answer.model, answer.collection) == (done.model, done.collection)
    scene.tell(f"{reason}: {done.model} answers after {took:.3f} s")
    return round(took, 3)


def count(scene: Scene) -> None:
    """Count what became of everything that was sent, from the rows."""
    stage, result = scene.stage, scene.report
    stage.processed()
    rows = stage.warehouse.query("demo_totals", tenant=stage.tenant)
    by = {what: {r["name"]: int(r["total"]) for r in rows if r["what"] == what} for what in {r["what"] for r in rows}}
    result.events.sent, result.events.accepted = stage.sent, sum(by.get("accepted", {}).values())
    result.events.dead = sum(by.get("dead", {}).values())
    result.events.missing = sum(int(row["missing"]) for row in stage.warehouse.query("ledger", topic=""))
    result.sessions, result.pairs = sum(by.get("sessions", {}).values()), by.get("pairs", {})
    result.drift.windows = sum(by.get("windows", {}).values())
