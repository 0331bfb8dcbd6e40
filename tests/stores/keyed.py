"""Installations with keys of their own, without any store."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from operations import operators
from stores.settings import Settings
from stores.signing import Signing

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
