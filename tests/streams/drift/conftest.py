"""What tests of judged windows share: the schema's tables, and the encoder that never learns."""

from collections.abc import Iterator

import pytest

from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.encoder import WordLlamaEncoder


@pytest.fixture(scope="module")
def encoder() -> WordLlamaEncoder:
    return WordLlamaEncoder()


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    found = Warehouse.connect(stack)
    found.migrate()
    yield found
    found.close()
