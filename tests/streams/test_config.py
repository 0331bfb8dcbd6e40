from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from stores.errors import Misconfigured
from streams.config import StreamsConfig, streams_config


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _models(field.annotation)


def test_every_rule_says_its_unit_and_reason() -> None:
    for model in _models(StreamsConfig):
        for name, field in model.model_fields.items():
            nested = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
            assert nested or field.description, f"{model.__name__}.{name}"


def test_rules_are_frozen_and_overridden_by_field() -> None:
    config = streams_config({"sessions": {"gap_s": 60}, "close_every_s": 0.5})
    assert config.sessions.gap_s == 60
    assert config.sessions.max_accesses == StreamsConfig().sessions.max_accesses
    with pytest.raises(ValueError, match="frozen"):
        config.sessions.gap_s = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"gap": 60}, "gap"), ({"sessions": {"gap_s": 0}}, "sessions.gap_s"), ({"sessions": {"gap": 1}}, "sessions.gap")],
)
def test_a_wrong_override_is_named(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(Misconfigured, match=f"TIDEWHEEL_STREAMS is wrong: {said}"):
        streams_config(wrong)
