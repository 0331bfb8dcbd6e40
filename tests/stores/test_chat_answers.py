"""What is known of a language model's answers, in a real Redis."""

from stores import redis_client
from stores.chat_answers import ChatAnswers
from stores.settings import Settings


def test_an_answer_is_known_to_its_tenant_and_question_alone_and_lapses(stack: Settings, tenant: str) -> None:
    client = redis_client.connect(stack)
    answers = ChatAnswers(client, tenant, 2)
    assert answers.read(("m", "secret document")) is None
    answers.keep(("m", "secret document"), "antwört")
    assert answers.read(("m", "secret document")) == "antwört"
    assert answers.read(("m2", "secret document")) is None
    assert ChatAnswers(client, f"{tenant}-2", 2).read(("m", "secret document")) is None, "a tenant is a boundary"
    (key,) = client.keys(f"chat:{tenant}:*")
    assert "secret" not in str(key), "no text of a document is in a key"
    assert 0 < int(client.ttl(key)) <= 2 * 24 * 60 * 60
    client.close()


def test_without_days_nothing_is_kept_and_a_very_long_answer_never(stack: Settings, tenant: str) -> None:
    client = redis_client.connect(stack)
    ChatAnswers(client, tenant, 0).keep(("a",), "b")
    ChatAnswers(client, tenant, 1).keep(("a",), "b" * 20_001)
    assert client.keys(f"chat:{tenant}:*") == []
    client.close()
