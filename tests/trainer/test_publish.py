from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.query_side import FILE
from schemas.learning import Comparison, ModelRefused, ModelTrained, TrainingRequested
from stores.errors import Refused
from stores.shelf import Shelf
from stores.signing import Signing
from tests.stores.keyed import installation as keyed
from tests.trainer.judging.test_evaluate import TODAY, found
from trainer import publish
from trainer.data.snapshot import Manifest
from trainer.judged_files import judged_files
from trainer.judging.bootstrap import Interval
from trainer.judging.gate import Verdict
from trainer.run_directory import RunDirectory

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REQUEST = TrainingRequested(
    event_id="r", tenant="acme", occurred_at=NOW, run="run-1", requested_by="ana", reason="test"
)
WIN = Verdict("WIN", Interval(0.2, 0.1, 0.3, 2, 2), ("better",))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(str(tmp_path / "shelf"), tmp_path / "cache")


def event_of(comparison: Comparison) -> ModelTrained:
    return publish.trained(REQUEST, {"parent": "base", "snapshot": "snapshot-1"}, comparison, WIN, NOW)


def test_a_model_has_one_short_name_of_its_own() -> None:
    assert publish.model_id("acme", "run-1") == "acme-run-1"
    long = publish.model_id("a" * 60, "run-1")
    assert len(long) <= 64
    assert long == publish.model_id("a" * 60, "run-1") != publish.model_id("a" * 60, "run-2")


def test_the_event_carries_the_means_and_the_interval() -> None:
    seen = publish.comparison(found(least=2), WIN)
    assert (seen.queries, seen.ndcg_candidate, seen.dense_candidate, seen.ndcg_bm25) == (2, 1.0, 1.0, 0.5)
    assert seen.ndcg_live == pytest.approx(0.815465, abs=1e-6), "what is served of it"
    assert seen.dense_live == seen.ndcg_base == pytest.approx(0.63093, abs=1e-6)
    assert seen.ndcg_live_reweighted == pytest.approx(0.815465, abs=1e-6)
    assert seen.fusion_candidate is not None
    assert seen.fusion_candidate.dense > 0.5
    assert event_of(seen).fusion == seen.fusion_candidate
    assert seen.fusion_live == TODAY, "as it serves"
    assert (seen.difference, seen.low, seen.high) == (0.2, 0.1, 0.3)


def test_a_refusal_keeps_what_it_got_to_and_cuts_long_reasons() -> None:
    event = publish.refused(REQUEST, "ERROR", ("x" * 9_999,), NOW, parent="base")
    assert isinstance(event, ModelRefused)
    assert (event.parent, event.snapshot, len(event.reasons[0])) == ("base", None, 4_000)
    assert event.event_id == publish.refused(REQUEST, "LOSS", ("worse",), NOW).event_id, "one run ends once"


def test_the_shelf_gets_weights_report_manifest_and_card_and_keeps_the_event(tmp_path: Path, shelf: Shelf) -> None:
    weights, report = tmp_path / "weights", tmp_path / "report"
    for path in (weights, report):
        path.mkdir()
        (path / "file").write_text(path.name)
    directory, ours, theirs = RunDirectory(tmp_path, "acme", "run-1"), keyed(tmp_path / "a"), keyed(tmp_path / "b")

    def past(signing: Signing = ours) -> publish.RunOutcome | None:
        return publish.past_outcome(shelf, directory, REQUEST, signing)

    assert past() is None
    won, kept = event_of(publish.comparison(found(), WIN)), Manifest("snapshot-1", b"{}")
    judged = judged_files(weights)
    event = publish.put(shelf, weights, report, kept, won, ours.as_installation, judged)
    assert ours.objection(event) is None
    assert event.manifest == shelf.manifest("acme", "acme-run-1")
    position = shelf.fetch("acme", "acme-run-1", event.manifest)
    assert (position / "tidewheel" / "file").read_text() == "report"
    assert (position / "tidewheel" / "manifest.json").read_bytes() == b"{}"
    assert (position / "README.md").read_text().startswith("# acme-run-1")
    assert past() == event, "a win is known on every machine"
    assert past(theirs) is None, "and believed by those alone whose trainer signed it"
    refusal = ours.as_installation(publish.refused(REQUEST, "LOSS", ("worse",), NOW))
    directory.keep_event(refusal.model_dump_json())
    assert past() == refusal, "what was decided here comes first"
    directory.keep_event(publish.refused(REQUEST, "LOSS", ("worse",), NOW).model_dump_json())
    assert past() is None, "what nobody signed was not decided"


@pytest.mark.parametrize("change", ["written anew", "one more", "one less", "another way to read queries"])
def test_other_weights_than_the_judged_ones_are_not_published(tmp_path: Path, shelf: Shelf, change: str) -> None:
    weights, report = tmp_path / "weights", tmp_path / "report"
    for path in (weights, report):
        path.mkdir()
    (weights / "model.safetensors").write_text("judged")
    (weights / FILE).write_text("judged, too")
    judged = judged_files(weights)
    match change:
        case "written anew":
            (weights / "model.safetensors").write_text("others")
        case "one more":
            (weights / "adapter.safetensors").write_text("others")
        case "one less":
            (weights / "model.safetensors").unlink()
        case _:
            (weights / FILE).write_text("others")
    won, kept = event_of(publish.comparison(found(), WIN)), Manifest("snapshot-1", b"{}")
    with pytest.raises(Refused, match="changed after it was judged"):
        publish.put(shelf, weights, report, kept, won, keyed(tmp_path / "a").as_installation, judged)
    assert shelf.entry("acme", "acme-run-1") is None


def test_what_was_not_let_in_is_kept_apart_and_a_full_disk_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    weights, offers = tmp_path / "weights", Shelf(str(tmp_path / "offers"), tmp_path / "cache")
    weights.mkdir()
    (weights / "modules.json").write_text("[]")
    publish.keep_refused(offers, REQUEST, lambda: weights, "LOSS", NOW)
    (entry,) = offers.models("acme").values()
    assert (entry.model, entry.about) == ("refused-run-1", {"run": "run-1", "verdict": "LOSS"})

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    publish.keep_refused(offers, REQUEST.model_copy(update={"run": "run-2"}), full, "LOSS", NOW)
    assert list(offers.models("acme")) == ["refused-run-1"]
    assert "run-2 is not kept" in caplog.text
