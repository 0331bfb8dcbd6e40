"""Rules about the machine: rights of the home, room on the disk, memory, libraries, ports. Pure."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from operations.doctor.finding import Finding, well

_MIB = 1024 * 1024
_OTHERS = 0o077
_DISK_WRONG, _DISK_WATCH = 64 * _MIB, 2 * 1024 * _MIB
_MEMORY_WRONG, _MEMORY_WATCH = 256 * _MIB, 1024 * _MIB
_LISTED = 5

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([^\s;,]+))?")


def rights(home: Path, modes: Mapping[Path, int]) -> Finding:
    """Judge who but the owner may read the home's keys and secrets; `modes` are those of the files that are there."""
    open_to_others = sorted(path for path, mode in modes.items() if mode & _OTHERS)
    if not open_to_others:
        return well("home", f"{home} shows its keys and passwords to its owner alone")
    names = ", ".join(map(str, open_to_others[:_LISTED]))
    return Finding(
        "home", "wrong", f"other users of this machine may read {names}",
        "who has the installation's key signs whatever its services may, and who has a password reads every document",
        "take the rights from others: chmod go-rwx " + " ".join(f"'{path}'" for path in open_to_others[:_LISTED]),
    )  # fmt: skip


def room(home: Path, free: int) -> Finding:
    """Judge the bytes that are free where the home is."""
    what = f"{free / _MIB:,.0f} MiB are free on the disk of {home}"
    if free >= _DISK_WATCH:
        return well("disk", what)
    return Finding(
        "disk", "wrong" if free < _DISK_WRONG else "watch", what,
        "a full disk stops ClickHouse from taking rows, and a new model needs room for a second collection",
        "make room, or see what goes next: tidewheel status --storage",
    )  # fmt: skip


def memory(available: int) -> Finding:
    """Judge the bytes of memory that programs can still have."""
    what = f"{available / _MIB:,.0f} MiB of memory are available"
    if available >= _MEMORY_WATCH:
        return well("memory", what)
    return Finding(
        "memory", "wrong" if available < _MEMORY_WRONG else "watch", what,
        "the system ends a program that finds none, training needs some 2 GiB",
        "end what else runs here, or run trainer and indexer on another machine",
    )  # fmt: skip


def libraries(required: Iterable[str], installed: Mapping[str, str]) -> Finding:
    """Judge the libraries against what the distribution asks for; extras and conditions are not looked at."""
    missing, other = [], []
    for line in required:
        found = _REQUIREMENT.match(line)
        if ";" in line or found is None:
            continue
        name, pinned = found[1].lower().replace("_", "-"), found[2]
        if name not in installed:
            missing.append(name)
        elif pinned and installed[name].split("+")[0] != pinned:
            other.append(f"{name} {installed[name]} in place of {pinned}")
    if not missing and not other:
        return well("libraries", "every library that is needed is there")
    return Finding(
        "libraries", "wrong" if missing else "watch", "; ".join([*(f"{name} is missing" for name in missing), *other]),
        "what needs it fails only when it is used, perhaps in the middle of a training run",
        "install again with the versions that were tried: pip install -c constraints.txt .",
    )  # fmt: skip


def port(setting: str, address: str, is_ours: bool, is_free: bool) -> Finding:
    """Judge an address that a service of ours listens on: by ours, free, or taken by another program."""
    if is_ours or is_free:
        return well("port", f"{address} is {'ours' if is_ours else 'free'}")
    return Finding(
        "port", "wrong", f"another program listens on {address}, which {setting} names",
        "the service cannot begin there",
        f"name another one: {setting}=127.0.0.1:0 takes a free one",
    )  # fmt: skip
