"""Lua as files: the scripts that Redis runs, each one atomic step, read from beside this module.

A script begins with what it does, its KEYS and ARGV, and what it returns.
"""

from functools import cache
from pathlib import Path

_LUA = Path(__file__).parent / "lua"


@cache
def named(name: str) -> str:
    """Return the text of `lua/<name>.lua`. Raises `KeyError` for an unknown name."""
    path = _LUA / f"{name}.lua"
    if not path.is_file():
        raise KeyError(f"no script named '{name}' in {_LUA}")
    return path.read_text()
