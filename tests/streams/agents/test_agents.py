"""Which agents there are: one a topic, each a module of its own with a test of its own."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import streams.agents
from schemas.topics import TOPICS
from streams.agents import agents

HERE = Path(__file__).parent


def test_every_topic_has_its_agent() -> None:
    found = agents()
    assert found.keys() == TOPICS.keys()
    assert all(agent.TOPIC is TOPICS[name] for name, agent in found.items())


def test_no_two_agents_share_a_topic_and_each_has_its_test() -> None:
    names = [module.name for module in iter_modules(streams.agents.__path__)]
    topics = [import_module(f"streams.agents.{name}").TOPIC.name for name in names]
    assert len(set(topics)) == len(names) == len(TOPICS)
    assert {f"test_{name}.py" for name in names} <= {path.name for path in HERE.glob("test_*.py")}
