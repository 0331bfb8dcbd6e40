"""Dead letters in memory, read as the warehouse gives them."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from stores.columns import Column


class Letters:
    """Letters of one partition, by their offset; `noted` has those that were written down."""

    def __init__(self, letters: Sequence[tuple[bytes, bytes]]) -> None:
        self._letters = letters
        self.noted: list[int] = []

    def query(self, name: str, **given: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # whatever the query takes
        assert name == "forget_scan"
        first = given["offset"] + 1
        return [
            {
                "topic": "clicks", "topic_id": "id", "partition": 0, "offset": offset, "reason": "",
                "key": b64encode(key).decode(), "value": b64encode(value).decode(),
            }
            for offset, (key, value) in enumerate(self._letters[first : first + given["most"]], first)
        ]  # fmt: skip

    def insert(self, table: str, columns: Mapping[str, Column]) -> int:
        offsets = columns["offset"]
        assert table == "forgetting"
        assert isinstance(offsets, list)
        self.noted += offsets
        return len(offsets)
