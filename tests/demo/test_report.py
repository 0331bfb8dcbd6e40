import json
from pathlib import Path

from demo.memory import PeakMemory, resident_mib
from demo.report import Report, Training

DEMANDED = [
    "events.sent",
    "events.accepted",
    "events.dead",
    "events.missing",
    "sessions",
    "pairs",
    "drift.tripped_at",
    "drift.signals",
    "training.verdict",
    "training.ndcg_base",
    "training.ndcg_candidate",
    "training.ndcg_live",
    "training.ndcg_bm25",
    "training.served_ndcg_live",
    "training.served_ndcg_candidate",
    "training.dense_ndcg_live",
    "training.dense_ndcg_candidate",
    "training.interval",
    "shadow.documents",
    "shadow.mismatches",
    "cutover.failed_searches",
    "cutover.mixed_searches",
    "cutover.rollback_seconds",
    "seconds",
    "peak_rss_mib",
]


def test_the_written_report_has_every_demanded_figure(tmp_path: Path) -> None:
    Report().write(tmp_path / "deep" / "report.json")
    written = json.loads((tmp_path / "deep" / "report.json").read_text())
    for name in DEMANDED:
        part = written
        for step in name.split("."):
            assert step in part, name
            part = part[step]


def test_the_table_can_be_shown_however_far_the_story_came() -> None:
    assert Report().table().row_count == 9
    won = Training(
        verdict="WIN", ndcg_live=0.6, ndcg_base=0.6, ndcg_bm25=0.5, ndcg_candidate=0.7, interval=[0.05, 0.15], queries=9
    )
    assert Report(training=won).table().row_count == 9
    cells = [str(cell) for column in Report(training=won).table().columns for cell in column.cells]
    assert any("vectors alone - and -" in cell for cell in cells), "a refusal of before has no such figures"


def test_peak_memory_sees_what_was_held_for_a_moment() -> None:
    import os
    import time

    before = resident_mib(os.getpid())
    with PeakMemory([os.getpid()], every_s=0.02) as memory:
        held = bytearray(b"\1") * (200 * 2**20)
        until = time.monotonic() + 60
        while memory.peak_mib < before + 150 and time.monotonic() < until:
            time.sleep(0.02)
        assert held[-1] == 1
        del held
    assert memory.peak_mib >= before + 150
    assert resident_mib(os.getpid(), os.getpid()) < 1.5 * resident_mib(os.getpid()), "counted once"
    assert resident_mib(2**22 + 1) == 0.0
