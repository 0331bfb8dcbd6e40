"""Two tiny models, made once a session."""

from pathlib import Path

import pytest

from tests.trainer import tiny


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {f"tiny-{name}": tiny.build(tmp_path_factory.mktemp(name), seed=seed) for seed, name in enumerate("ab")}
