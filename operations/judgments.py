"""Judgments in, and out again with what every system of a run answered. What people judge outranks what they click.

Imported judgments are a tenant's guard set: their queries never teach, and a model that answers them worse does not go
on (`trainer.judging.judged`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from operations import judgment_files
from operations.judgment_files import Judgment
from schemas.limits import MAX_TEXT
from stores.columns import Same
from stores.errors import Refused
from stores.warehouse import Warehouse

_MOST = 1_000_000

_READ_ME = """\
queries.tsv         ID <tab> QUERY
qrels.people.txt    what people judged: the tenant's guard set, which no model learns from
qrels.clicks.txt    what clicks name for the held-out queries of run {run}
run.SYSTEM.txt      what each system answered to them

Measure with these files, and do not learn or choose from them: their queries are the hold-out by which this
installation judges models. A model that was trained, tuned or picked by them and is offered with `tidewheel adopt` is
judged by queries that it has seen, and a WIN of it says nothing. No gate can notice that.
"""
"""What lies beside the files, where there are queries of a run among them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many judgments were stored, of how many queries, and how many name a document that the tenant lacks."""

    judgments: int
    queries: int
    unknown: int


def read(path: Path, queries: Path | None) -> list[Judgment]:
    """Return the judgments of a file: qrels where a file of queries is given, else Quepid's CSV. Raises `Poison`."""
    text = _text(path)
    if queries is not None:
        return judgment_files.qrels(text, judgment_files.topics(_text(queries)))
    return judgment_files.quepid(text)


def store(
    warehouse: Warehouse, tenant: str, judgments: Sequence[Judgment], source: str, by: str, now: datetime
) -> Imported:
    """Store the judgments; the same again changes nothing, another grade replaces. Raises `Refused` and `Retryable`."""
    if not judgments:
        raise Refused(f"{source} has no judgment")
    if len(judgments) > _MOST or any(len(one.query) > MAX_TEXT for one in judgments):
        raise Refused(f"more than {_MOST:,} judgments, or a query of more than {MAX_TEXT:,} characters")
    last = {(one.query, one.document): one.grade for one in judgments}
    known = {row["document"] for row in warehouse.query("index_ids", tenant=tenant)}
    warehouse.insert(
        "judgments",
        {
            "tenant": Same(tenant),
            "query": [query for query, _ in last],
            "document": [document for _, document in last],
            "grade": list(last.values()),
            "source": Same(source),
            "judged_by": Same(by),
            "judged_at": Same(now),
        },
    )
    lacking = {document for _, document in last} - known
    return Imported(len(last), len({query for query, _ in last}), len(lacking))


def export(warehouse: Warehouse, tenant: str, directory: Path, run: str | None) -> dict[str, int]:
    """Write queries, qrels and the runs of all systems; return the files with their numbers of lines.

    Where they are of held-out queries, a README says what must not be done with them.
    `run` is the newest one that compared unless it is given. Raises `Refused` when there is nothing to write, and when
    the directory has files.
    """
    if directory.is_dir() and any(directory.iterdir()):
        raise Refused(f"{directory} is not empty; name a new directory")
    people = [Judgment(r["query"], r["document"], r["grade"]) for r in warehouse.query("judgments", tenant=tenant)]
    newest = next(iter(warehouse.query("judged_run", tenant=tenant, run=run or "")), {})
    rows = warehouse.query("judged_runs", tenant=tenant, **newest) if newest else []
    if not rows and not people:
        raise Refused(f"'{tenant}' has neither judgments nor a run that compared; `tidewheel runs --tenant {tenant}`")
    ids = judgment_files.numbered([*(one.query for one in people), *(row["query"] for row in rows)])
    files = {"queries.tsv": judgment_files.topic_lines(ids), "qrels.people.txt": judgment_files.qrel_lines(people, ids)}
    clicked = {(row["query"], name): Judgment(row["query"], name, 1.0) for row in rows for name in row["relevant"]}
    files["qrels.clicks.txt"] = judgment_files.qrel_lines(clicked.values(), ids)
    for system in sorted({row["system"] for row in rows}):
        ranked = {row["query"]: row["retrieved"] for row in rows if row["system"] == system}
        files[f"run.{system.replace(' ', '-')}.txt"] = judgment_files.run_lines(ranked, ids, system.replace(" ", "-"))
    files["README.txt"] = _READ_ME.format(run=run) if rows else ""
    directory.mkdir(parents=True, exist_ok=True)
    written = {name: content for name, content in files.items() if content}
    for name, content in written.items():
        (directory / name).write_text(content)
    return {name: content.count("\n") for name, content in written.items()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}") from error
