"""Events of the audit trail, written by hand."""

from tests.cases.house import House
from tests.indexer.loop import Loop, approval, record, refused, start_with, trained


def test_emit_sends_only_what_producers_say(house: House) -> None:
    """emit sends the producers' types alone, and says of a decision how it is taken"""
    problems = house.emit("decisions.jsonl")
    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5]
    assert all("is a decision" in problem.reason and "tidewheel approve" in problem.reason for problem in problems)
    assert house.rows("SELECT * FROM events") == []


def test_put_on_the_topic_they_are_dead_letters(house: House) -> None:
    """unsigned on the topic they are dead letters: no run is shown, and nothing goes live"""
    house.send("learning", "decisions.jsonl")
    assert {letter["code"] for letter in house.letters()} == {"unsigned"}
    assert len(house.letters()) == 5
    assert house.rows("SELECT * FROM runs") == []
    assert house.rows("SELECT * FROM learning") == []
    assert house.world.serving.record(house.world.tenant) is None


def test_no_packet_says_win_without_the_scores(house: House) -> None:
    """a packet says WIN only when the scores of the run's held-out queries are there and say so"""
    with house.world.together():
        for n in range(8):
            house.world.put(f"d{n}", 1, f"body {n}")
    start_with(house.world, house.world.live)
    loop = Loop(house.world)
    loop.settle()
    claimed = trained(house.world)
    house.world.warehouse.execute("ALTER TABLE query_scores DELETE WHERE 1 SETTINGS mutations_sync = 1")
    loop.indexer.handle(claimed)
    loop.settle()
    packet = loop.packet()
    assert packet.run_verdict == "UNPROVEN"
    assert "scores" in refused(loop, approval(packet))
    assert record(house.world).model == house.world.live
