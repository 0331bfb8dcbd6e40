"""What people's searches show of a move, judged against what was so."""

from collections.abc import Sequence

from bench.cutover.people import People, Seen, mixed
from bench.documents.oracle import Oracle, Wrong
from indexer.search.answer import Answer
from indexer.search.shown import Found
from stores.errors import Retryable

RECORDS = {1: ("base", "BASE"), 2: ("next", "NEXT")}
QUESTION = {"where can I park my car": "parking"}


def seen(*answers: tuple[int, str, str], strayed: int = 0) -> Seen:
    found = Seen(strayed=strayed)
    found.answered.update(answers)
    return found


def test_an_answer_is_mixed_unless_its_versions_record_had_this_model_and_collection() -> None:
    right = [(1, "base", "BASE"), (1, "base", "BASE"), (2, "next", "NEXT")]
    assert mixed(seen(*right), RECORDS) == 0
    assert mixed(seen(*right, (2, "base", "NEXT")), RECORDS) == 1
    assert mixed(seen(*right, (2, "next", "BASE"), (1, "next", "NEXT")), RECORDS) == 2
    assert mixed(seen(*right, (3, "next", "NEXT")), RECORDS) == 1, "a version that never was"
    assert mixed(seen(*right, strayed=2), RECORDS) == 2


class Searches:
    """Stands for the search: answers every query with these documents, or fails."""

    def __init__(self, *documents: str, broken: bool = False) -> None:
        self.documents, self.broken = documents, broken

    def search(self, tenant: str, queries: Sequence[str], groups: frozenset[str], k: int = 10) -> list[Answer]:
        if self.broken:
            raise Retryable("no index")
        found = tuple(Found(name, n, 1.0, "", "") for n, name in enumerate(self.documents, 1))
        return [Answer(found, "base", "BASE", 1, 0.0)]


def asked(search: Searches, query: str) -> Seen:
    oracle = Oracle(bound_s=0.0)
    for name, groups in (("parking", frozenset({"everyone"})), ("board-only", frozenset({"board"})), ("old", None)):
        oracle.sent(name, f"event-{name}", 1, groups, 0.0)
        oracle.stored(f"event-{name}", 0.0)
    people = People(search, "t", oracle, ["parking"], QUESTION, 0)
    people._ask(query, frozenset({"sales"}))
    return people.seen


def test_what_a_person_may_not_see_counts_and_so_does_what_is_not_found_by_meaning() -> None:
    question = next(iter(QUESTION))
    right = asked(Searches("parking"), question)
    assert (right.searches, right.strayed, right.wrong, right.failures) == (1, 0, {}, [])
    wrong = asked(Searches("board-only", "old"), question)
    assert (wrong.strayed, wrong.wrong) == (1, {Wrong.LEAKED: 1, Wrong.RESURRECTED: 1})
    assert asked(Searches(), "travel office").strayed == 0, "no document is expected for other words"
    broken = asked(Searches(broken=True), question)
    assert (broken.searches, len(broken.failures), broken.strayed) == (1, 1, 0)
