"""The story, in the order in which it is told; each chapter leaves what it found in the report.

a first group is searched ▸ a second group arrives ▸ drift trips ▸ the trainer learns ▸ the gate decides
    ▸ the shadow is built and verified ▸ the packet is approved ▸ cutover, rollback, and forward again
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from demo import chapters
from demo.scene import DAYS_FIRST, Scene
from demo.traffic import Traffic, mixed

SECOND_SHARE = 0.75
"""Share of the sittings that are about the second group once it is there."""


def play(scene: Scene) -> None:
    """Play all chapters. What does not come about ends the story early; `report.outcome` says where."""
    first, later = scene.days[:DAYS_FIRST], scene.days[DAYS_FIRST:]
    with scene.chapter("a first group of services, searched for some days"):
        chapters.arrive(scene, scene.corpus.first, first[0] - timedelta(days=1), first)
        for day in first:
            chapters.live_through(scene, day, second_share=0.0)
    with scene.chapter("some records that are no events"):
        chapters.spoil(scene)
    with _searches_all_the_while(scene) as traffic:
        with scene.chapter("a second group arrives, people turn to it, drift trips"):
            chapters.arrive(scene, scene.corpus.second, first[-1] + timedelta(hours=13), later)
            run = chapters.until_drift_trips(scene, later, SECOND_SHARE)
        scene.report.outcome = _learn_and_switch(scene, run, traffic) if run else "no drift"
    chapters.count(scene)


def _learn_and_switch(scene: Scene, run: str, traffic: Traffic) -> str:
    with scene.chapter("the trainer learns, the gate decides"):
        won = chapters.until_verdict(scene, run)
    if not won:
        return "no win"
    with scene.chapter("the shadow is built and verified while documents change"):
        chapters.until_shadow_is_ready(scene)
    with scene.chapter("the packet, the decision, the cutover, a rollback and forward again"):
        done = chapters.decide_and_switch(scene, traffic)
    return "a better model is live" if done else "refused by the operator"


@contextmanager
def _searches_all_the_while(scene: Scene) -> Iterator[Traffic]:
    queries = [query.text for query in scene.corpus.first.queries]
    try:
        with Traffic(scene.stage.resident, scene.stage.tenant, queries, scene.seed, pause_s=0.5) as traffic:
            yield traffic
    finally:
        result, seen = scene.report.cutover, traffic.seen
        known = scene.stage.serving.collections(scene.stage.tenant).values()
        together = {(about.model, about.served_from or about.collection) for about in known}
        result.searches, result.failed_searches = seen.searches, len(seen.failures) + seen.empty
        result.mixed_searches, result.versions_seen = mixed(seen, together), seen.versions
