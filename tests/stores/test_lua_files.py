"""Scripts as files: each says what it takes and returns, and code names every one."""

import re
from pathlib import Path

import pytest

from stores import lua_files

STORES = Path(lua_files.__file__).parent
SCRIPTS = sorted(path.stem for path in (STORES / "lua").glob("*.lua"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_what_it_takes_and_returns(name: str) -> None:
    text = lua_files.named(name)
    head = text.split("\n\n", 1)[0]
    assert all(line.startswith("--") for line in head.splitlines())
    assert all(re.search(rf"^-- {word}", head, re.MULTILINE) for word in ("KEYS: ", "ARGV: ", "Returns "))


def test_code_names_every_script_and_no_other() -> None:
    code = "".join(path.read_text() for path in STORES.glob("*.py"))
    assert sorted(set(re.findall(r'lua_files\.named\("(\w+)"\)', code))) == SCRIPTS


def test_no_script_stands_in_a_string() -> None:
    assert not [path.name for path in STORES.glob("*.py") if "redis.call" in path.read_text()]


def test_an_unknown_script_is_named() -> None:
    with pytest.raises(KeyError, match="nothing"):
        lua_files.named("nothing")
