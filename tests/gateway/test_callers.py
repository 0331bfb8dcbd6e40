"""Who asks: by which key, for what, and whose person token."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.answers import Answered
from gateway.callers import Caller, Callers
from operations import api_keys
from operations.person_tokens import PURPOSE, Person, PersonTokens
from stores.signing import Signing
from tests.stores.keyed import AT, settings_of

Make = Callable[..., str]


@pytest.fixture
def callers(tmp_path: Path) -> Callers:
    where = settings_of(tmp_path)
    return Callers(api_keys.keys_of(where), PersonTokens(Signing(where).secret(PURPOSE)), lambda: AT)


@pytest.fixture
def key(tmp_path: Path) -> Make:
    return lambda *scopes: api_keys.add(settings_of(tmp_path), "acme", scopes, "x", AT)[0]


def status(call: Callable[[], object]) -> int:
    with pytest.raises(Answered) as refused:
        call()
    return refused.value.problem.status


def test_a_key_names_its_tenant(callers: Callers, key: Make) -> None:
    presented = key("events")
    found = callers.caller({"authorization": f"Bearer {presented}"}, "events")
    assert found == Caller("acme", presented.split("_")[1])
    assert callers.caller({"authorization": f"bearer  {presented} "}, "events") == found


def test_each_kind_of_work_needs_its_scope(callers: Callers, key: Make) -> None:
    headers = {"authorization": f"Bearer {key('events')}"}
    assert status(lambda: callers.caller(headers, "search")) == 403


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "tw_a_b"])
def test_without_a_key_nobody_is_let_in(callers: Callers, given: str) -> None:
    assert status(lambda: callers.caller({"authorization": given}, "events")) == 401
    assert status(lambda: callers.caller({}, "events")) == 401


def test_a_key_in_an_address_may_have_no_scope_but_events(callers: Callers, key: Make) -> None:
    assert callers.sender({}, key("events")).tenant == "acme"
    assert status(lambda: callers.sender({}, key("events", "operator"))) == 403
    assert status(lambda: callers.sender({}, key("search"))) == 403
    assert callers.sender({"authorization": f"Bearer {key('events', 'search')}"}, None).tenant == "acme"


def test_a_person_token_is_read_or_refused_or_absent(callers: Callers, tmp_path: Path) -> None:
    person = Person("ana", ("staff",))
    token = api_keys.person_token(settings_of(tmp_path), "acme", person, AT, timedelta(hours=1))
    assert callers.person({"x-person-token": token}, "acme") == person
    assert callers.person({}, "acme") is None
    assert status(lambda: callers.person({"x-person-token": token}, "other")) == 401
    assert status(lambda: callers.person({"x-person-token": ""}, "acme")) == 401
