"""`tidewheel judgments`: in as Quepid and TREC write them, and out again."""

import json
from pathlib import Path

from click.testing import CliRunner

from console.cli import cli
from operations.judgment_files import Unreadable
from tests.console.running import CommandLine
from tests.console.test_operators import home
from tests.indexer.world import World, live

__all__ = ["home"]


def test_judgments_go_in_and_out(tidewheel: CommandLine, world: World, tmp_path: Path) -> None:
    world.put("d1", 1, "a document about leave")
    live(world)
    case = tmp_path / "case.csv"
    case.write_text("query,docid,rating\nleave,d1,3\nleave,nowhere,1\n")
    ended = tidewheel("judgments", "import", str(case), "--tenant", world.tenant, "--by", "ana", "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out) == {"judgments": 2, "queries": 1, "unknown_documents": 1}
    ended = tidewheel("judgments", "export", str(tmp_path / "out"), "--tenant", world.tenant)
    assert ended.code == 0, ended.err
    assert (tmp_path / "out" / "qrels.people.txt").read_text() == "q1 0 d1 3\nq1 0 nowhere 1\n"
    assert not (tmp_path / "out" / "README.txt").exists(), "nothing of a hold-out"
    qrels, topics = (str(tmp_path / "out" / name) for name in ("qrels.people.txt", "queries.tsv"))
    ended = tidewheel("judgments", "import", qrels, "--queries", topics, "--tenant", world.tenant, "--by", "ana")
    assert (ended.code, "2 judgments of 1 queries" in ended.out, "not among those" in ended.err) == (0, True, True)


def test_the_help_of_the_export_warns_that_it_is_the_hold_out() -> None:
    said = " ".join(CliRunner().invoke(cli, ["judgments", "export", "--help"]).output.split())
    assert "train, tune or choose nothing by them: their queries are the hold-out" in said


def test_a_wrong_file_is_refused_before_any_store_is_asked(home: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("query,docid\na,b\n")
    result = CliRunner().invoke(cli, ["judgments", "import", str(wrong), "--tenant", "acme"])
    assert isinstance(result.exception, Unreadable)
