"""What all tests share: one real embedded stack a session, and a fresh tenant a test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from embedded import control
from stores.settings import Settings

# A machine that is busy with something else must not fail a property by its clock.
hypothesis.settings.register_profile("tidewheel", deadline=None)
hypothesis.settings.load_profile("tidewheel")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The four real stores in a home of their own; stopped with the session, also when it is killed."""
    home: Path = tmp_path_factory.mktemp("stack") / "a home"
    endpoints = control.start_in_background(home, tied=True)
    try:
        yield Settings.model_validate({"home": home, **endpoints})
    finally:
        control.down(home)


@pytest.fixture
def tenant() -> str:
    """A tenant that no other test uses."""
    return f"t{uuid.uuid4().hex[:12]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with `long` tests come first, so that no process has one of them for itself at the end."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)
