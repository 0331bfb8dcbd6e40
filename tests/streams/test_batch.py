"""A transport's records as columns."""

from schemas.topics import CLICKS
from streams.batch import RecordBatch
from tests.schemas.samples import NOW
from tests.streams.world import Given


def test_a_batch_keeps_every_record_s_bytes_and_the_absence_of_them() -> None:
    records = [
        Given("clicks", 3, 7, b"k", b"\xff\x00"),
        Given("clicks", 3, 9, None, b""),
        Given("clicks", 3, 10, b"", None),
    ]
    batch = RecordBatch.of(CLICKS, "id-1", records, NOW, 6)
    assert batch.keys.to_pylist() == [b"k", None, b""]
    assert batch.values.to_pylist() == [b"\xff\x00", b"", None]
    assert batch.offsets.tolist() == [7, 9, 10]
    assert (batch.partition, batch.previous, batch.received_at) == (3, 6, NOW)


def test_a_source_names_the_topic_s_id_and_a_span_both_ends() -> None:
    batch = RecordBatch.of(CLICKS, "id-1", [Given("clicks", 3, n, b"k", b"v") for n in (7, 8, 12)], NOW)
    assert batch.source == "clicks/id-1/3"
    assert batch.span == (7, 12)
    assert batch.previous is None
