"""Rules about the machine."""

from pathlib import Path

import pytest

from operations.doctor import machine

HOME = Path("/srv/tidewheel")
MIB = 1024 * 1024


@pytest.mark.parametrize(("mode", "level"), [(0o600, "well"), (0o700, "well"), (0o640, "wrong"), (0o604, "wrong")])
def test_keys_are_their_owners_alone(mode: int, level: str) -> None:
    found = machine.rights(HOME, {HOME / "keys" / "installation.key": mode})
    assert found.level == level
    assert (level == "well") == ("chmod go-rwx '/srv/tidewheel/keys/installation.key'" not in found.mend)


@pytest.mark.parametrize(("free", "level"), [(3_000 * MIB, "well"), (500 * MIB, "watch"), (20 * MIB, "wrong")])
def test_room_on_the_disk(free: int, level: str) -> None:
    assert machine.room(HOME, free).level == level


@pytest.mark.parametrize(("available", "level"), [(2_000 * MIB, "well"), (500 * MIB, "watch"), (100 * MIB, "wrong")])
def test_memory_that_programs_can_have(available: int, level: str) -> None:
    assert machine.memory(available).level == level


REQUIRED = ["click", "torch==2.13.0", "sentence_transformers[train]", 'mypy; extra == "dev"', 'x; python_version < "3"']


def test_libraries_are_there_in_the_pinned_version() -> None:
    installed = {"click": "8", "torch": "2.13.0+cpu", "sentence-transformers": "5"}
    assert machine.libraries(REQUIRED, installed).level == "well"
    older = machine.libraries(REQUIRED, {**installed, "torch": "2.1"})
    assert (older.level, older.what) == ("watch", "torch 2.1 in place of 2.13.0")
    missing = machine.libraries(REQUIRED, {"torch": "2.13.0", "click": "8"})
    assert (missing.level, missing.what) == ("wrong", "sentence-transformers is missing")


@pytest.mark.parametrize(
    ("ours", "free", "level"), [(True, False, "well"), (False, True, "well"), (False, False, "wrong")]
)
def test_a_port_is_ours_or_free(ours: bool, free: bool, level: str) -> None:
    assert machine.port("TIDEWHEEL_GATEWAY_LISTEN", "127.0.0.1:80", ours, free).level == level
