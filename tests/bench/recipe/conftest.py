"""A tiny encoder, so that a sweep takes seconds."""

from pathlib import Path

import pytest

from tests.trainer import tiny


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.build(tmp_path_factory.mktemp("tiny"))
