"""The thread that sends: order, retries, what is reported when, and what a failing caller cannot break."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.tidewheel_sdk.targets import QUICK, WAIT_S, Scripted, opened
from tests.tidewheel_sdk.test_journal import full
from tidewheel_sdk.buffers import Buffer
from tidewheel_sdk.journal import Journal
from tidewheel_sdk.memory import Memory
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery, Report
from tidewheel_sdk.sender import Sender
from tidewheel_sdk.spill import Spill
from tidewheel_sdk.targets import Verdict
from tidewheel_sdk.wire import Item, item


@contextmanager
def sending(
    target: Scripted,
    buffer: Buffer | None = None,
    options: Options = QUICK,
    on_report: Callable[[Report], None] | None = None,
) -> Iterator[Sender]:
    sender = Sender(target, buffer or Memory(10_000), options, lambda found: found, on_report)
    try:
        yield sender
    finally:
        sender.close(WAIT_S)


def hand(sender: Sender, *ids: str) -> list[Delivery]:
    deliveries = [Delivery() for _ in ids]
    sender.hand([item(opened(each)) for each in ids], deliveries)
    return deliveries


def test_a_batch_is_as_large_as_it_may_be_and_in_order() -> None:
    target = Scripted()
    with sending(target, options=Options(batch_events=2, linger_s=600.0)) as sender:
        deliveries = hand(sender, *"abcd")
        assert [each.result(WAIT_S).status for each in deliveries] == ["accepted"] * 4
    assert target.batches == [["a", "b"], ["c", "d"]]


def test_an_event_lingers_for_others_until_somebody_flushes() -> None:
    target = Scripted()
    with sending(target, options=Options(linger_s=600.0)) as sender:
        for name in "abc":
            hand(sender, name)
        assert target.batches == []
        assert sender.flush(WAIT_S)
    assert target.batches == [["a", "b", "c"]]


def test_what_is_away_gets_the_same_ids_again_in_order(tmp_path: Path) -> None:
    for buffer in (Memory(10_000), Spill(tmp_path, 10_000)):
        target, reports = Scripted(up=False), list[Report]()
        with sending(target, buffer, on_report=reports.append) as sender:
            (first,) = hand(sender, "a")
            assert target.tried.wait(WAIT_S)
            if buffer.on_disk:
                assert first.result(WAIT_S) == Report("a", "spilled", "nobody is there")
                assert hand(sender, "b")[0].result(WAIT_S).status == "spilled"
            else:
                hand(sender, "b")
                assert not first.done
            assert "nobody" in sender.problem
            target.up = True
            assert sender.flush(WAIT_S)
            assert sender.problem == ""
        assert target.ids == ["a", "b"]
        assert [r.event_id for r in reports if r.status == "accepted"] == ["a", "b"]
        assert sender.counts["accepted"] == 2
        assert sender.counts["spilled"] == (2 if buffer.on_disk else 0)


def test_a_verdict_reaches_its_event() -> None:
    target = Scripted()
    target.judge = lambda found: Verdict(found.event_id != "b", "no" if found.event_id == "b" else "", ("title",))
    with sending(target) as sender:
        a, b = hand(sender, "a", "b")
        assert a.result(WAIT_S) == Report("a", "accepted", "", ("title",))
        assert b.result(WAIT_S) == Report("b", "refused", "no", ("title",))


def test_the_same_event_twice_has_two_reports() -> None:
    with sending(Scripted()) as sender:
        assert [each.result(WAIT_S).status for each in hand(sender, "a", "a")] == ["accepted"] * 2


def test_in_memory_the_end_drops_what_is_left_and_tells() -> None:
    target = Scripted(up=False)
    sender = Sender(target, Memory(10_000), QUICK, lambda found: found, None)
    deliveries = hand(sender, "a", "b")
    assert target.tried.wait(WAIT_S)
    assert sender.close(0.0) == 2
    assert [each.result(0).status for each in deliveries] == ["dropped"] * 2
    assert (sender.counts["dropped"], target.closed) == (2, True)


def test_on_disk_the_end_drops_nothing_and_does_not_wait(tmp_path: Path) -> None:
    target = Scripted(up=False)
    sender = Sender(target, Spill(tmp_path, 10_000), QUICK, lambda found: found, None)
    hand(sender, "a")
    assert target.tried.wait(WAIT_S)
    assert sender.close(3_600.0) == 0
    following = Scripted()
    with sending(following, Spill(tmp_path, 10_000)) as sender:
        assert sender.flush(WAIT_S)
    assert following.ids == ["a"]


def test_neither_a_broken_target_nor_a_broken_caller_stops_it(caplog: pytest.LogCaptureFixture) -> None:
    target, broken = Scripted(), [True]

    def judge(found: object) -> Verdict:
        if broken.pop() if broken else False:
            raise RuntimeError("a fault of the target's")
        return Verdict(True)

    def report(_: Report) -> None:
        raise RuntimeError("a fault of the caller's")

    target.judge = judge
    with sending(target, on_report=report) as sender:
        assert [each.result(WAIT_S).status for each in hand(sender, "a", "b")] == ["accepted"] * 2
        assert sender.flush(WAIT_S)
    assert "on_report failed" in caplog.text


@pytest.mark.parametrize("call", ["peek", "done", "tend", "damaged"])
def test_a_buffer_that_fails_for_a_while_is_told_of_and_does_not_stop_it(call: str) -> None:
    buffer, target, failing = Memory(10_000), Scripted(), threading.Event()
    real = getattr(buffer, call)

    def fails(*given: object) -> object:
        if failing.is_set():
            raise OSError(28, "No space left on device")
        return real(*given)

    setattr(buffer, call, fails)
    failing.set()
    with sending(target, buffer) as sender:
        (first,) = hand(sender, "a")
        until = monotonic() + WAIT_S
        while "No space left" not in sender.problem and monotonic() < until:
            hand(sender, "b")
            sleep(0.01)
        assert "No space left" in sender.problem
        failing.clear()
        assert first.result(WAIT_S).status == "accepted"
        assert sender.flush(WAIT_S)
        while sender.problem and monotonic() < until:
            hand(sender, "c")
            sleep(0.01)
        assert sender.problem == ""


def test_a_disk_that_fails_at_its_upkeep_keeps_no_event_from_being_sent() -> None:
    buffer, target = Memory(10_000), Scripted()
    buffer.tend = full  # type: ignore[method-assign]
    with sending(target, buffer) as sender:
        for name in "abc":
            assert hand(sender, name)[0].result(WAIT_S).status == "accepted"


def test_a_screen_that_fails_loses_nothing() -> None:
    target, fails = Scripted(), [True]

    def screen(found: Item) -> Item | None:
        if fails and fails.pop():
            raise OSError(5, "Input/output error")
        return found

    sender = Sender(target, Memory(10_000), QUICK, screen, None)
    assert hand(sender, "a")[0].result(WAIT_S).status == "accepted"
    sender.close(WAIT_S)
    assert target.ids == ["a"]


def test_damage_is_counted_before_anything_is_sent(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path)
    journal.append([item(opened("a"))])
    (segment,) = journal.path.glob("*.events")
    segment.write_bytes(segment.read_bytes().replace(b"hr/leave", b"hr/LEAVE"))
    journal.release()
    with sending(Scripted(), Spill(tmp_path, 10_000)) as sender:
        assert sender.flush(WAIT_S)
    assert sender.counts["dropped"] == 1


def test_whoever_is_told_may_send_more() -> None:
    target, more = Scripted(), ["b", "c"]
    with sending(target) as sender:

        def go_on(report: Report) -> None:
            if more:
                hand(sender, more.pop(0))

        sender._on_report = go_on
        hand(sender, "a")
        for _ in range(3):
            assert sender.flush(WAIT_S)
    assert target.ids == ["a", "b", "c"]


def test_the_buffer_is_told_of_one_that_was_accepted() -> None:
    class Noting(Memory):
        def done(self, count: int, accepted: Item | None = None) -> None:
            told.append(accepted.event_id if accepted else None)
            super().done(count)

    target, told = Scripted(), list[str | None]()
    target.judge = lambda found: Verdict(found.event_id == "b")
    with sending(target, Noting(10_000)) as sender:
        hand(sender, "a", "b")[1].result(WAIT_S)
        hand(sender, "c")[0].result(WAIT_S)
    assert told == ["b", None]


def test_what_is_refused_here_is_counted() -> None:
    with sending(Scripted()) as sender:
        sender.refuse("a", "because", delivery := Delivery())
        assert delivery.result(0) == Report("a", "refused", "because")
        assert sender.counts["refused"] == 1


def test_in_memory_the_end_goes_on_trying_while_there_is_time() -> None:
    class Returning(Scripted):
        """Is away twice."""

        def send(self, items: Sequence[Item]) -> list[Verdict]:
            tries.append(len(items))
            self.up = len(tries) > 2
            return super().send(items)

    target, tries = Returning(up=False), list[int]()
    sender = Sender(target, Memory(10_000), QUICK, lambda found: found, None)
    hand(sender, "a")
    assert target.tried.wait(WAIT_S)
    assert sender.close(WAIT_S) == 0
    assert target.ids == ["a"]
