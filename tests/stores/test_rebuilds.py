"""What is being rebuilt, on a real Redis, and how it is told."""

from stores.errors import Retryable
from stores.rebuilds import Rebuild, not_whole
from stores.serving import Serving
from stores.settings import Settings
from tests.schemas.samples import NOW


def test_a_rebuild_is_there_until_it_is_finished(stack: Settings, tenant: str) -> None:
    serving = Serving.connect(stack)
    assert serving.rebuilds.get(tenant, "A") is None
    rebuild = Rebuild(reason="lost", at=NOW, total=4)
    serving.rebuilds.save(tenant, "A", rebuild)
    serving.rebuilds.save(tenant, "A", further := rebuild.model_copy(update={"done": 3}))
    serving.rebuilds.save(tenant, "B", rebuild)
    assert serving.rebuilds.get(tenant, "A") == further
    assert serving.rebuilds.of(tenant) == {"A": further, "B": rebuild}
    for _ in range(2):
        serving.rebuilds.finish(tenant, "A")
        assert serving.rebuilds.of(tenant) == {"B": rebuild}
    assert serving.rebuilds.of(f"{tenant}b") == {}
    serving.close()


def test_who_searches_is_told_to_try_again() -> None:
    assert str(Rebuild(reason="lost", at=NOW, done=1_000, total=2_000)) == "being rebuilt, 1,000 of 2,000 documents"
    result = not_whole("acme", 1, 2)
    assert isinstance(result, Retryable)
    assert "the index of 'acme' is being rebuilt, 1 of 2 documents; try again" in str(result)
