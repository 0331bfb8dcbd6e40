"""API keys: what was made opens, until it is revoked or over, and nothing that was written into the file does."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from stores.api_keys import ApiKeys
from stores.errors import Misconfigured, Refused
from tests.stores.keyed import AT, settings_of

SECRET = b"k" * 32
HOUR = timedelta(hours=1)


def keys(home: Path, secret: bytes = SECRET) -> ApiKeys:
    return ApiKeys(settings_of(home), secret)


def test_a_key_opens_and_is_kept_as_a_hash_alone(tmp_path: Path) -> None:
    presented, made = keys(tmp_path).add("acme", ("events",), "wiki", AT)
    file = tmp_path / "keys" / "api.json"
    assert keys(tmp_path).find(presented, AT) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert presented.rsplit("_", 1)[1] not in file.read_text()
    assert presented.split("_", 2)[2] not in file.read_text()


def test_a_revocation_holds_at_once_for_those_who_looked_before(tmp_path: Path) -> None:
    reader, writer = keys(tmp_path), keys(tmp_path)
    presented, made = writer.add("acme", ("events",), "wiki", AT)
    assert reader.find(presented, AT) is not None
    writer.revoke(made.id, AT)
    assert reader.find(presented, AT) is None
    assert [key.revoked_at for key in reader.listed()] == [AT]
    with pytest.raises(Refused, match="no key"):
        writer.revoke(made.id, AT)


def test_a_rotated_key_holds_for_its_grace(tmp_path: Path) -> None:
    held = keys(tmp_path)
    old, made = held.add("acme", ("events", "search"), "wiki", AT)
    new, fresh = held.rotate(made.id, AT, HOUR)
    assert (fresh.tenant, fresh.scopes, fresh.name) == (made.tenant, made.scopes, made.name)
    assert held.find(old, AT + HOUR - timedelta(seconds=1)) is not None
    assert held.find(old, AT + HOUR) is None
    assert held.find(new, AT + HOUR) is not None


def test_a_key_that_ends_is_not_made_to_last_longer(tmp_path: Path) -> None:
    held = keys(tmp_path)
    old, made = held.add("acme", ("events",), "wiki", AT)
    held.rotate(made.id, AT, HOUR)
    held.rotate(made.id, AT, 5 * HOUR)
    assert held.find(old, AT + HOUR) is None


@pytest.mark.parametrize("change", ["tenant", "scopes", "id", "digest"])
def test_a_line_that_was_changed_in_the_file_opens_nothing(tmp_path: Path, change: str) -> None:
    presented, made = keys(tmp_path).add("acme", ("events",), "wiki", AT)
    file = tmp_path / "keys" / "api.json"
    content = json.loads(file.read_text())
    wrong = {"tenant": "other", "scopes": ["events", "search"], "id": "0" * 16, "digest": "0" * 64}
    content["keys"][0][change] = wrong[change]
    file.write_text(json.dumps(content))
    assert keys(tmp_path).find(presented.replace(made.id, content["keys"][0]["id"]), AT) is None


def test_another_installation_s_file_opens_nothing(tmp_path: Path) -> None:
    presented, _ = keys(tmp_path).add("acme", ("events",), "wiki", AT)
    assert keys(tmp_path, b"o" * 32).find(presented, AT) is None


@pytest.mark.parametrize(
    "presented", ["", "tw", "tw__", "tw_0_", "tw_{id}_", "tw_{id}_wrong", "xx_{id}_{secret}", "{secret}", "tw_\ud800_x"]
)
def test_nonsense_opens_nothing(tmp_path: Path, presented: str) -> None:
    whole, made = keys(tmp_path).add("acme", ("events",), "wiki", AT)
    assert keys(tmp_path).find(presented.format(id=made.id, secret=whole.split("_", 2)[2]), AT) is None


def test_a_damaged_file_is_an_error_that_a_person_mends(tmp_path: Path) -> None:
    keys(tmp_path).add("acme", ("events",), "wiki", AT)
    (tmp_path / "keys" / "api.json").write_text("{")
    with pytest.raises(Misconfigured, match="put the right file back"):
        keys(tmp_path).listed()


def test_keys_that_are_made_at_once_are_all_there(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: keys(tmp_path).add("acme", ("events",), f"p{n}", AT)[0], range(12)))
    held = keys(tmp_path)
    assert all(held.find(each, AT) for each in made)
    assert len(held.listed()) == 12
