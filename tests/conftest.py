"""What all tests share: one real embedded stack a session, and a fresh tenant a test."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import hypothesis
import pytest

from embedded import control
from schemas.topics import TOPICS
from stores import keys
from stores.kafka import ensure_topics
from stores.settings import Settings

# A machine that is busy with something else must not fail a property by its clock.
hypothesis.settings.register_profile("tidewheel", deadline=None)
hypothesis.settings.load_profile("tidewheel")

_SEED = base64.b64encode(sha256(b"the key of the installation under test").digest()).decode()
"""Of the key that draws what is held out: drawn anew each time, a test of what was learned has its unlucky days."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The four real stores and every topic, in a home of their own; stopped with the session, killed or not."""
    home: Path = tmp_path_factory.mktemp("stack") / "a home"
    keys.write_new(home / "keys" / "installation.key", keys.parse(_SEED, "the tests' key"))
    endpoints = control.start_in_background(home, tied=True)
    try:
        settings = Settings.model_validate({"home": home, **endpoints})
        ensure_topics(settings.kafka_bootstrap, TOPICS.values())
        yield settings
    finally:
        control.down(home)


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> str:
    """A tenant that no other test uses, and this one always: with the key it fixes who is held out."""
    return f"t{sha256(request.node.nodeid.encode()).hexdigest()[:12]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with `long` tests come first, so that no process has one of them for itself at the end."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)
