"""Installations with keys of their own, without any store."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from operations import operators
from schemas.codec import Rejection
from schemas.envelope import Event
from stores.settings import Settings
from stores.signing import D, Signing

AT = datetime(2026, 6, 1, tzinfo=UTC)


def settings_of(home: Path, **given: object) -> Settings:
    """Settings of a home whose stores nobody asks."""
    away = {"kafka_bootstrap": "-", "redis_url": "redis://-", "clickhouse_url": "http://-", "milvus_uri": "http://-"}
    return Settings.model_validate({"home": home, **away, **given})


def installation(home: Path, *names: str) -> Signing:
    """An installation with these operators."""
    where = settings_of(home)
    for name in names:
        operators.add(where, name, AT)
    return Signing(where)


def copy_of(home: Path, name: str) -> Path:
    """The home as it is now, elsewhere."""
    return Path(shutil.copytree(home, home.with_name(name)))


class Believing:
    """Whoever believes everybody: for tests in which signatures are not at issue."""

    def objection(self, event: Event) -> Rejection | None:
        return None


def unsigned(event: D, name: str = "") -> D:
    """In place of a signature, where it is not at issue."""
    return event
