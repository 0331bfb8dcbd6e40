"""The documents' changes: valid events, always the same for a seed, known to the oracle as they are sent."""

from datetime import UTC, datetime, timedelta

from bench.documents.oracle import Oracle
from bench.documents.population import Change, Population, send
from bench.sender import Record
from schemas import codec
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.topics import TOPICS


def life(seed: int, changes: int = 400) -> list[Change]:
    population = Population("acme", seed)
    made = [population.new() for _ in range(20)]
    names = [change.document for change in made]
    return [*made, *(population.any(names) for _ in range(changes))]


def event(change: Change) -> DocumentUpserted | DocumentDeleted:
    topic, key, value = change.record
    decoded = codec.decode(TOPICS[topic], key, value, datetime.now(UTC) + timedelta(seconds=1))
    assert isinstance(decoded, DocumentUpserted | DocumentDeleted), decoded
    return decoded


def test_every_change_is_an_event_that_says_what_the_oracle_is_told() -> None:
    for change in life(1):
        said = event(change)
        assert (said.event_id, said.document, said.version) == (change.event, change.document, change.version)
        assert change.groups == (None if isinstance(said, DocumentDeleted) else frozenset(said.acl or ()))


def test_the_changes_are_the_same_for_a_seed() -> None:
    first, again, other = ([(c.document, c.version, c.groups) for c in life(seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_versions_never_fall_and_only_narrowing_and_deleting_keep_them() -> None:
    newest: dict[str, Change] = {}
    kept = {"narrowed": 0, "deleted": 0}
    for change in life(3):
        before = newest.get(change.document)
        if before is not None and change.version == before.version:
            assert before.groups is not None
            assert change.groups is None or change.groups < before.groups
            kept["deleted" if change.groups is None else "narrowed"] += 1
        assert before is None or change.version >= before.version
        newest[change.document] = change
    assert all(kept.values())


def test_a_narrowing_at_the_same_version_changes_the_list_alone_and_is_dated_later() -> None:
    population = Population("acme", 1)
    before, after = event(population.new({"law", "sales"})), event(population.relist("note-00000", {"law"}, True))
    assert isinstance(before, DocumentUpserted)
    assert isinstance(after, DocumentUpserted)
    assert (before.version, before.title, before.body) == (after.version, after.title, after.body)
    assert before.updated_at < after.updated_at


def test_the_oracle_knows_of_a_change_before_it_is_sent() -> None:
    oracle, change = Oracle(1), Population("acme", 1).new({"law"})
    seen: list[Record] = []

    def deliver(records: object) -> None:
        assert oracle.newest(change.document).event == change.event
        seen.append(change.record)

    send([change], deliver, oracle)
    assert seen == [change.record]
