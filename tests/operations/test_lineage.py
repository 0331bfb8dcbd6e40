from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from operations.forget import Forgetting
from operations.lineage import Node, trace
from schemas.activity import DocumentOpened
from schemas.codec import encode
from schemas.topics import CLICKS, key_of
from stores.errors import Refused
from stores.settings import Settings
from tests.streams.lives import NOW, Streams, day, documents, streams, trained


@pytest.fixture(scope="module")
def town(stack: Settings) -> Iterator[Streams]:
    with streams(stack, "tracing") as running:
        yield running


@pytest.fixture
def story(town: Streams, tenant: str) -> dict[str, Any]:
    """One person's day, learned from by one run, whose collection answered a later search."""
    own = day(tenant, "u", f"how to {tenant}")
    click = next(event for event in own if isinstance(event, DocumentOpened))
    town.take(*documents(tenant), *own)
    town.close()
    snapshot = f"snapshot-{tenant}"
    model = trained(town, tenant, run=f"run-{tenant}", snapshot=snapshot)
    collection = f"{tenant}_run_{tenant}"
    town.take(*day(tenant, "v", "later", hours=-0.01, collection=collection)[:1])
    return {"click": click, "snapshot": snapshot, "model": model, "collection": collection, "run": f"run-{tenant}"}


def only(nodes: Any, kind: str) -> list[Node]:  # noqa: ANN401
    return [node for node in nodes if node.kind == kind]


def pair_of(town: Streams, tenant: str, kind: str) -> dict[str, Any]:
    return town.warehouse.rows(
        "SELECT * FROM live_pairs WHERE tenant = {t:String} AND kind = {k:String} ORDER BY pair LIMIT 1",
        t=tenant, k=kind,
    )[0]  # fmt: skip


@pytest.mark.thorough
def test_a_click_leads_to_its_pairs_the_run_the_model_and_the_collection_that_answered(
    town: Streams, tenant: str, story: dict[str, Any]
) -> None:
    (event,) = trace(town.warehouse, story["click"].event_id)
    assert event.facts["tenant"] == tenant
    assert (event.facts["type"], event.facts["topic"], event.facts["document"]) == ("DocumentOpened", "clicks", "one")
    offset = town.warehouse.rows("SELECT offset FROM accepted WHERE event_id = {e:String}", e=story["click"].event_id)
    assert [position["offset"] for position in event.facts["places"]] == [row["offset"] for row in offset]
    kinds = {node.facts["kind_of_pair"] for node in only(event.led_to, "pair")}
    assert {"search_click", "co_access"} <= kinds
    assert len(only(event.led_to, "session")) == 1
    pair = only(event.led_to, "pair")[0]
    assert pair.facts["holds"] is True
    (snapshot,) = pair.led_to
    side = town.warehouse.rows("SELECT toString(side) AS side FROM snapshot_pairs WHERE pair = {p:String}", p=pair.id)
    assert (snapshot.id, snapshot.facts["side"]) == (story["snapshot"], side[0]["side"])
    (run,) = snapshot.led_to
    (model,) = run.led_to
    (collection,) = model.led_to
    assert (run.id, model.id, collection.id) == (story["run"], story["model"], story["collection"])
    assert [step["type"] for step in collection.facts["history"]] == ["ShadowStarted", "ShadowReady", "CutoverDone"]
    assert collection.facts["searches_answered"] == 1


@pytest.mark.thorough
def test_a_pair_leads_back_to_every_event_and_every_time_that_it_was_sent(
    town: Streams, tenant: str, story: dict[str, Any]
) -> None:
    town.read(CLICKS, [(key_of(story["click"]), encode(story["click"]))])
    row = pair_of(town, tenant, "search_click")
    (pair,) = trace(town.warehouse, row["pair"])
    (event,) = only(pair.came_from, "event")
    assert event.id == row["event_ids"][0]
    again = [len(only(trace(town.warehouse, story["click"].event_id), "event")[0].facts["places"])]
    assert again == [2]
    co_access = pair_of(town, tenant, "co_access")
    (pair,) = trace(town.warehouse, co_access["pair"])
    assert {node.id for node in only(pair.came_from, "event")} == set(co_access["event_ids"])
    assert [node.id for node in only(pair.came_from, "session")] == [co_access["session"]]


def test_a_session_leads_to_its_events_in_order_and_to_its_pairs(
    town: Streams, tenant: str, story: dict[str, Any]
) -> None:
    row = town.warehouse.rows("SELECT * FROM live_sessions WHERE tenant = {t:String}", t=tenant)[0]
    (session,) = trace(town.warehouse, row["session"])
    assert [node.id for node in session.came_from] == row["event_ids"]
    assert {node.facts["kind_of_pair"] for node in session.led_to} == {"co_access"}


def test_a_model_leads_back_to_what_it_learned_from_by_kind_and_side(
    town: Streams, tenant: str, story: dict[str, Any]
) -> None:
    (model,) = trace(town.warehouse, story["model"])
    (run,) = model.came_from
    (snapshot,) = run.came_from
    held = town.warehouse.rows(
        "SELECT side, count() AS n FROM snapshot_pairs FINAL WHERE tenant = {t:String} AND snapshot = {s:String} "
        "GROUP BY side", t=tenant, s=story["snapshot"],
    )  # fmt: skip
    for row in held:
        result = sum(part["pairs"] for part in snapshot.facts["by_kind"] if part["side"] == row["side"])
        assert result == row["n"]
    assert {"title_body", "search_click", "citation_click", "reaction", "co_access"} <= {
        part["kind"] for part in snapshot.facts["by_kind"]
    }
    assert {part["document"]: part["title"] for part in snapshot.facts["top_documents"]} == {
        "one": "About one", "two": "About two",
    }  # fmt: skip
    assert [node.id for node in model.led_to] == [story["collection"]]


@pytest.mark.parametrize("what", ["run", "snapshot", "collection"])
def test_every_id_of_the_loop_can_be_asked_for(town: Streams, tenant: str, story: dict[str, Any], what: str) -> None:
    (node,) = trace(town.warehouse, story[what])
    assert (node.kind, node.id) == (what, story[what])
    assert story["model"] in str(node.plain())
    assert story["snapshot"] in str(node.plain())


def test_an_event_of_the_loop_leads_to_its_run(town: Streams, tenant: str, story: dict[str, Any]) -> None:
    row = town.warehouse.rows(
        "SELECT event_id FROM accepted WHERE tenant = {t:String} AND type = 'ModelTrained'", t=tenant
    )[0]
    (event,) = trace(town.warehouse, row["event_id"])
    assert [node.id for node in event.led_to] == [story["run"]]


def test_a_withdrawn_or_outdated_pair_says_that_it_does_not_hold(town: Streams, tenant: str) -> None:
    first = documents(tenant)
    town.take(*first)
    pair = pair_of(town, tenant, "title_body")
    town.take(*(event.model_copy(update={"version": 2, "event_id": f"{event.event_id}-2"}) for event in first))
    (node,) = trace(town.warehouse, pair["pair"])
    assert node.facts["holds"] is True  # the same pair, made again by version 2
    town.take(*day(tenant, "u", "x"))
    vote = day(tenant, "u", "x")[-1]
    withdrawn = vote.model_copy(
        update={"event_id": "w", "change": "withdrawn", "occurred_at": NOW - timedelta(minutes=1)}
    )
    held = pair_of(town, tenant, "reaction")["pair"]
    assert trace(town.warehouse, held)[0].facts["holds"] is True
    town.take(withdrawn)
    assert trace(town.warehouse, held)[0].facts["holds"] is False


@pytest.mark.thorough
def test_forgotten_signals_are_counted_as_such(town: Streams, tenant: str, story: dict[str, Any]) -> None:
    with Forgetting(town.warehouse, town.accesses, tenant, "u") as forgetting:
        forgetting.remove()
    (snapshot,) = trace(town.warehouse, story["snapshot"])
    kinds = {part["kind"] for part in snapshot.facts["by_kind"]}
    assert "forgotten" in kinds
    assert "search_click" not in kinds
    with pytest.raises(Refused):
        trace(town.warehouse, story["click"].event_id)


def test_one_id_in_two_tenants_is_told_apart(town: Streams, tenant: str) -> None:
    for name in (f"{tenant}a", f"{tenant}b"):
        town.take(day(name, "u", "x")[1].model_copy(update={"event_id": f"same-{tenant}", "document": name}))
    found = trace(town.warehouse, f"same-{tenant}")
    assert [node.facts["tenant"] for node in found] == [f"{tenant}a", f"{tenant}b"]
    (one,) = trace(town.warehouse, f"same-{tenant}", f"{tenant}b")
    assert one.facts["document"] == f"{tenant}b"
    assert {node.facts["document"] for node in one.led_to} == {f"{tenant}b"}


@pytest.mark.parametrize("name", ["", "nothing' OR 1=1 --", "{x:String}", "no-such-id"])
def test_an_id_that_nothing_carries_is_refused_in_clear_words(town: Streams, name: str) -> None:
    with pytest.raises(Refused, match="has the id"):
        trace(town.warehouse, name)


def test_the_beginning_of_an_id_is_enough_and_several_are_listed(
    town: Streams, tenant: str, story: dict[str, Any]
) -> None:
    event = story["click"].event_id
    assert trace(town.warehouse, event[:12]) == trace(town.warehouse, event)
    (run,) = trace(town.warehouse, f"run-{tenant[:-1]}", tenant)
    assert run.id == f"run-{tenant}"
    with pytest.raises(Refused, match=f"several ids begin with '{tenant}': .*{story['model']}.*; give more of it"):
        trace(town.warehouse, tenant)
    with pytest.raises(Refused, match="has the id"):
        trace(town.warehouse, event[:3])
    with pytest.raises(Refused, match="of 'elsewhere' has the id"):
        trace(town.warehouse, event[:12], "elsewhere")
