"""The registry holds only what the installation signed, and a revocation holds at once."""

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from stores import keys
from stores.errors import Misconfigured, Refused
from stores.rights import EVERY, Right
from stores.trusted import Registry
from tests.stores.keyed import AT, settings_of

LATER = AT + timedelta(days=1)


def registry(home: Path, **given: object) -> Registry:
    where = settings_of(home, **given)
    return Registry(where, keys.installation(where))


def test_what_is_added_is_seen_by_those_who_looked_before(tmp_path: Path) -> None:
    other, key = registry(tmp_path), keys.generate()
    assert not other.keys()
    registry(tmp_path).add("sam", key.public, AT)
    assert [(i, k.name, k.revoked_at) for i, k in other.keys().items()] == [(key.id, "sam", None)]
    assert other.path.stat().st_mode & 0o777 == 0o600


def test_a_revocation_holds_at_once_and_stays_listed(tmp_path: Path) -> None:
    reader, writer = registry(tmp_path), registry(tmp_path)
    keys_of = [writer.add(name, keys.generate().public, AT) for name in ("sam", "kim")]
    assert len(reader.keys()) == len(keys_of)
    assert writer.revoke("sam", LATER) == 1
    assert {k.name: k.revoked_at for k in reader.keys().values()} == {"sam": LATER, "kim": None}
    with pytest.raises(Refused, match="no operator 'sam'"):
        writer.revoke("sam", LATER)
    writer.add("sam", keys.generate().public, LATER)
    assert sum(k.revoked_at is None for k in reader.keys().values() if k.name == "sam") == 1


def test_rights_are_signed_with_the_key_that_has_them(tmp_path: Path) -> None:
    held = registry(tmp_path)
    held.add("kim", keys.generate().public, AT, frozenset({Right.ROLLBACK, Right.DRIFT}))
    held.add("eve", keys.generate().public, AT, frozenset())
    held.add("ana", keys.generate().public, AT)
    rights = {key.name: key.rights for key in registry(tmp_path).keys().values()}
    assert rights == {"kim": {Right.ROLLBACK, Right.DRIFT}, "eve": frozenset(), "ana": EVERY}
    wider = json.loads(held.path.read_text())
    for change in (["approve"], None):
        wider["keys"][1]["may"] = change
        held.path.write_text(json.dumps(wider))
        with pytest.raises(Misconfigured, match="not signed with this installation's key"):
            held.keys()


@pytest.mark.parametrize(
    ("words", "rights"),
    [
        ("", EVERY),
        (" rollback drift", frozenset({Right.ROLLBACK, Right.DRIFT})),
        (" look", frozenset()),
        ("  approve ", frozenset({Right.APPROVE})),
    ],
)
def test_a_key_of_the_setting_has_the_rights_that_follow_it(
    tmp_path: Path, words: str, rights: frozenset[Right]
) -> None:
    public = base64.b64encode(keys.generate().public).decode()
    (kim,) = registry(tmp_path, trusted_keys={"kim": public + words}).keys().values()
    assert (kim.name, kim.rights) == ("kim", rights)


@pytest.mark.parametrize("words", [" all", " approve look", " Approve", " rollback,drift"])
def test_rights_that_do_not_exist_are_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(Misconfigured, match="'kim' may"):
        registry(tmp_path, trusted_keys={"kim": base64.b64encode(keys.generate().public).decode() + words})


def test_one_name_has_one_key(tmp_path: Path) -> None:
    held = registry(tmp_path)
    held.add("sam", keys.generate().public, AT)
    with pytest.raises(Refused, match="has a key already"):
        held.add("sam", keys.generate().public, AT)


@pytest.mark.parametrize("name", ["installation", "indexer", "drift", "forget"])
def test_nobody_is_called_what_a_service_signs_as(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="service"):
        registry(tmp_path).add(name, keys.generate().public, AT)
    with pytest.raises(Misconfigured, match="service"):
        registry(tmp_path, trusted_keys={name: base64.b64encode(keys.generate().public).decode()})


def test_a_file_that_the_installation_did_not_sign_is_not_believed(tmp_path: Path) -> None:
    held = registry(tmp_path)
    held.add("sam", keys.generate().public, AT)
    held.revoke("sam", LATER)
    good = held.path.read_text()
    forged = json.loads(good)
    forged["keys"][0]["revoked_at"] = None
    added = json.loads(good)
    added["keys"].append({**added["keys"][0], "name": "eve", "revoked_at": None})
    for content in (json.dumps(forged), json.dumps(added), "{}", "no json", good.replace('"keys"', '"keyz"')):
        held.path.write_text(content)
        with pytest.raises(Misconfigured, match="put the right file back"):
            held.keys()
    held.path.write_text(good)
    assert len(held.keys()) == 1


def test_a_registry_of_another_installation_is_not_believed(tmp_path: Path) -> None:
    theirs, ours = registry(tmp_path / "theirs"), registry(tmp_path / "ours")
    theirs.add("eve", keys.generate().public, AT)
    ours.path.write_bytes(theirs.path.read_bytes())
    with pytest.raises(Misconfigured, match="not signed with this installation's key"):
        ours.keys()


def test_keys_of_the_setting_count_until_they_are_revoked(tmp_path: Path) -> None:
    key = keys.generate()
    held = registry(tmp_path, trusted_keys={"kim": base64.b64encode(key.public).decode()})
    assert held.keys()[key.id].name == "kim"
    held.revoke("kim", LATER)
    assert held.keys()[key.id].revoked_at == LATER
    with pytest.raises(Misconfigured, match="no Ed25519 public key"):
        registry(tmp_path, trusted_keys={"kim": "AAAA"})


@pytest.mark.parametrize("turn", range(5))
def test_what_is_changed_at_once_is_changed_one_after_the_other(tmp_path: Path, turn: int) -> None:
    held, barrier = registry(tmp_path), threading.Barrier(3)
    held.add("sam", keys.generate().public, AT)

    def change(act: Callable[[Registry], object]) -> None:
        own = registry(tmp_path)
        barrier.wait()
        act(own)

    acts: list[Callable[[Registry], object]] = [
        lambda own: own.revoke("sam", LATER),
        lambda own: own.add("kim", keys.generate().public, AT),
        lambda own: own.add("ana", keys.generate().public, AT),
    ]
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(change, act) for act in acts]:
            done.result()
    found = {key.name: key.revoked_at for key in held.keys().values()}
    assert found == {"sam": LATER, "kim": None, "ana": None}, turn
