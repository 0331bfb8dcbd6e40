"""What operators do with keys: of which tenant they are listed, and tokens that the gateway's secret opens."""

from datetime import timedelta
from pathlib import Path

import pytest

from operations import api_keys
from operations.person_tokens import PURPOSE, Person, PersonTokens
from stores.errors import Refused
from stores.signing import Signing
from tests.stores.keyed import AT, settings_of


def test_keys_are_listed_by_tenant_and_opened_by_the_installation(tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    presented, acme = api_keys.add(where, "acme", ("search", "events", "events"), "wiki", AT)
    _, other = api_keys.add(where, "other", ("events",), "wiki", AT)
    assert acme.scopes == ("events", "search")
    assert api_keys.keys_of(where).find(presented, AT) == acme
    assert [key.id for key in api_keys.listed(where, "acme")] == [acme.id]
    assert {key.id for key in api_keys.listed(where)} == {acme.id, other.id}
    _, fresh = api_keys.rotate(where, acme.id, AT, timedelta(0))
    assert api_keys.keys_of(where).find(presented, AT) is None
    api_keys.revoke(where, fresh.id, AT)
    assert [key.revoked_at for key in api_keys.listed(where, "acme")].count(AT) == 1


def test_a_token_is_read_with_the_installation_s_secret(tmp_path: Path) -> None:
    where, ana = settings_of(tmp_path), Person("ana", ("staff",))
    token = api_keys.person_token(where, "acme", ana, AT, timedelta(hours=1))
    assert PersonTokens(Signing(where).secret(PURPOSE)).read(token, "acme", AT) == ana


def test_a_tenant_that_may_not_send_gets_no_key(tmp_path: Path) -> None:
    where = settings_of(tmp_path, tenants=("acme",))
    assert api_keys.add(where, "acme", ("events",), "wiki", AT)
    with pytest.raises(Refused, match="not one of this installation's tenants"):
        api_keys.add(where, "acmee", ("events",), "wiki", AT)
