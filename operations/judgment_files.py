"""Judgments and rankings as files that other tools read and write: TREC qrels and runs, and Quepid's CSV. Pure.

    qrels      QUERY-ID ITERATION DOCUMENT GRADE          trec_eval, ranx, ir_measures
    run        QUERY-ID Q0 DOCUMENT RANK SCORE SYSTEM     the same
    topics     QUERY-ID <tab> QUERY                       what the ids of qrels stand for
    Quepid     a CSV with the columns query, docid, rating, by either of its exports

In qrels and runs spaces separate, so a document's id has its own written as %20. A grade below zero, TREC's mark of
junk, is 0 here.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from stores.errors import Poison

MAX_GRADE = 1_000.0
_COLUMNS = {
    "query": ("query", "query text", "querytext"),
    "document": ("docid", "doc id", "document", "doc_id"),
    "grade": ("rating", "grade", "judgment"),
}
_NO_RATING = frozenset({"", "n/a", "na", "null", "--"})


class Unreadable(Poison):
    """A file is not of the form that it should have; the message names the line."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a document is worth for a query: 0 nothing, and more is better."""

    query: str
    document: str
    grade: float


def topics(text: str) -> dict[str, str]:
    """Return the queries by their ids. Raises `Unreadable`."""
    found = {}
    for number, line in _lines(text):
        query_id, tab, query = line.partition("\t")
        if not tab or not query.strip():
            raise Unreadable(f"line {number} of the queries is no 'ID <tab> QUERY': {line[:60]!r}")
        found[query_id.strip()] = " ".join(query.split())
    return found


def qrels(text: str, queries: Mapping[str, str]) -> list[Judgment]:
    """Return the judgments of qrels; `queries` has the queries by id. Raises `Unreadable`."""
    found = []
    for number, line in _lines(text):
        parts = line.split()
        if len(parts) != 4:
            raise Unreadable(f"line {number} of the qrels has {len(parts)} parts and not 4: {line[:60]!r}")
        query_id, _, document, grade = parts
        if query_id not in queries:
            raise Unreadable(f"line {number} of the qrels names the query {query_id!r}, which the queries lack")
        found.append(Judgment(queries[query_id], unquote(document), _grade(grade, number)))
    return found


def quepid(text: str) -> list[Judgment]:
    """Return the judgments of a CSV with a line of heads; lines without a rating are left out. Raises `Unreadable`."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        places = {what: _place(heads, names) for what, names in _COLUMNS.items()}
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num} is no CSV: {error}") from error
    found = []
    for number, row in rows:
        if len(row) != len(heads):
            raise Unreadable(f"line {number} has {len(row)} columns and the first line {len(heads)}")
        query, document = " ".join(row[places["query"]].split()), row[places["document"]].strip()
        rating = row[places["grade"]].strip()
        if query and document and rating.lower() not in _NO_RATING:
            found.append(Judgment(query, document, _grade(rating, number)))
    return found


def numbered(queries: Iterable[str]) -> dict[str, str]:
    """Return an id for each query, the same for the same queries."""
    return {query: f"q{number}" for number, query in enumerate(sorted(set(queries)), 1)}


def topic_lines(ids: Mapping[str, str]) -> str:
    """Return the file of the queries."""
    return "".join(f"{query_id}\t{' '.join(query.split())}\n" for query, query_id in ids.items())


def qrel_lines(judgments: Iterable[Judgment], ids: Mapping[str, str]) -> str:
    """Return the qrels; grades are whole numbers there, so those that are not are multiplied until they are."""
    kept = list(judgments)
    times = 1 if all(one.grade == int(one.grade) for one in kept) else 100
    return "".join(f"{ids[o.query]} 0 {_word(o.document)} {round(o.grade * times)}\n" for o in kept)


def run_lines(rankings: Mapping[str, Sequence[str]], ids: Mapping[str, str], system: str) -> str:
    """Return the run of one system: `rankings` has for each query the documents, best first."""
    tag = _word(system)
    return "".join(
        f"{ids[query]} Q0 {_word(document)} {rank} {1 / rank:.6f} {tag}\n"
        for query, ranked in rankings.items()
        for rank, document in enumerate(ranked, 1)
    )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.strip():
            yield number, line


def _place(heads: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in heads:
            return heads.index(name)
    raise Unreadable(f"the first line has no column '{names[0]}': it needs query, docid and rating")


def _grade(text: str, number: int) -> float:
    try:
        grade = float(text)
    except ValueError as error:
        raise Unreadable(f"line {number} has the grade {text[:20]!r}, which is no number") from error
    if not math.isfinite(grade) or grade > MAX_GRADE:
        raise Unreadable(f"line {number} has the grade {text[:20]!r}; grades are numbers up to {MAX_GRADE:g}")
    return max(0.0, grade)


def _word(name: str) -> str:
    """Return a name with what separates, and the sign of that, written in hexadecimal."""
    return "".join(quote(c, safe="") if c == "%" or c.isspace() else c for c in name)
