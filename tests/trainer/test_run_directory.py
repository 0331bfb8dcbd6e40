from pathlib import Path

from trainer.run_directory import RunDirectory


def test_a_run_has_a_directory_of_its_own(tmp_path: Path) -> None:
    one, other = (RunDirectory(tmp_path, tenant, "run-1") for tenant in ("acme", "other"))
    assert one.path == tmp_path / "training" / "acme" / "run-1"
    assert one.path.is_dir()
    assert one.path != other.path
    assert RunDirectory(tmp_path, "acme", "run-1").path == one.path, "a restart finds it"
    assert {one.snapshot.parent, one.candidate.parent, one.report.parent} == {one.path}


def test_the_event_is_kept_until_it_is_asked_for_again(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path, "acme", "run-1")
    assert directory.kept_event() is None
    directory.keep_event("first")
    directory.keep_event("the event")
    assert RunDirectory(tmp_path, "acme", "run-1").kept_event() == "the event"


def test_texts_and_weights_go_and_the_report_stays(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path, "acme", "run-1")
    directory.keep_event("the event")
    directory.snapshot.write_text("texts")
    for made in (directory.candidate, directory.report):
        made.mkdir()
        (made / "file").touch()
    directory.clear()
    assert {path.name for path in directory.path.iterdir()} == {"report", "event.json"}
    assert (directory.report / "file").is_file()


def test_a_run_goes_on_by_the_rules_that_it_began_by(tmp_path: Path) -> None:
    assert RunDirectory(tmp_path, "acme", "run-1").begun_by("rules")
    assert RunDirectory(tmp_path, "acme", "run-1").begun_by("rules"), "a restart"
    assert not RunDirectory(tmp_path, "acme", "run-1").begun_by("other rules")
    assert RunDirectory(tmp_path, "acme", "run-2").begun_by("other rules")
