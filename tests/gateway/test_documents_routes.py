"""`GET /v1/documents/ID`: what the person may see now; hidden, gone and unknown are answered alike."""

from urllib.parse import quote

import pytest

from stores.access_lists import AccessList
from tests.gateway.test_documents import Rows, row
from tests.gateway.world import World


@pytest.fixture
def documents(world: World, tenant: str, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Documents that the warehouse has, one for all and one for the board."""
    rows = Rows(row("hr/leave", ["everyone"]), row("board/secret", ["board"]), row("über #1?", ["everyone"]))
    monkeypatch.setattr(world.gateway.documents, "_warehouse", rows)
    return rows


def get(world: World, tenant: str, document: str, *groups: str) -> tuple[int, bytes]:
    headers = {"x_person_token": world.person(tenant, "ana", *groups)} if groups else {}
    answer = world.request("GET", f"/v1/documents/{document}", None, world.key(tenant), **headers)
    return answer.status, answer.data


@pytest.mark.usefixtures("documents")
def test_a_document_is_read_by_those_who_may(world: World, tenant: str) -> None:
    status, body = get(world, tenant, "hr/leave")
    assert status == 200
    assert b'"body":"The text of hr/leave."' in body
    assert get(world, tenant, "board/secret", "board")[0] == 200


@pytest.mark.usefixtures("documents")
def test_hidden_and_unknown_are_the_same_answer(world: World, tenant: str) -> None:
    hidden, unknown = get(world, tenant, "board/secret", "staff"), get(world, tenant, "no/such", "staff")
    assert hidden == unknown
    assert hidden[0] == 404


@pytest.mark.usefixtures("documents")
def test_a_narrowed_list_holds_at_once(world: World, tenant: str) -> None:
    assert get(world, tenant, "hr/leave")[0] == 200
    world.gateway.lists.put(tenant, [AccessList("hr/leave", 99, ("board",), "h")])
    assert get(world, tenant, "hr/leave")[0] == 404


@pytest.mark.usefixtures("documents")
def test_any_id_can_be_asked_for(world: World, tenant: str) -> None:
    assert get(world, tenant, quote("über #1?", safe=""))[0] == 200
    assert get(world, tenant, quote("hr/leave", safe=""))[0] == 200
