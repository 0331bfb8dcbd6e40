import random
from dataclasses import dataclass, replace

import numpy as np
import pytest

from indexer.feed.documents import Documents
from tests.trainer.build import START, base_pieces, document
from trainer.data.snapshot import SnapshotRules
from trainer.data.split import Query
from trainer.judging import corpus, model_tests
from trainer.learning.general import General

GUARD = [General(anchor="capital of france", text="Paris is the capital.")]


def query(text: str, name: str) -> Query:
    return Query(text, {name: 1.0}, 0, False, 1, START)


def prose(seed: int, sentences: int) -> str:
    """Return sentences of all lengths, with line ends and runs of white space."""
    rng = random.Random(seed)
    lengths = [rng.choice([3, 12, 40, 130]) for _ in range(sentences)]
    return "".join(
        " ".join(f"w{rng.randrange(999)}" for _ in range(n)) + rng.choice([". ", ".\n\n", "!   ", "   "])
        for n in lengths
    )


BODIES = {
    "none": "",
    "blank": " \n ",
    "short": "One sentence. Another one.",
    "unbroken": "漢字" * 2_000,
    "long": "A page that goes on. " * 3_000,
    "invisible": "\u200b\n\u2060",
    "indented": ("\n" + " " * 60 + "a line of code") * 700,
    **{f"prose {seed}": prose(seed, 2 + 9 * seed) for seed in range(9)},
}


@dataclass
class OneDocument:
    """A warehouse with one document, whose body it cuts as the query does."""

    title: str
    body: str

    def query(self, name: str, characters: int, **_: object) -> list[dict[str, object]]:
        assert name == "index_documents"
        row = {
            "document": "d",
            "version": 1,
            "revision": 1,
            "gone": 0,
            "content_hash": "h",
            "acl": ["everyone"],
            "updated_ms": 0,
            "clicked": [],
        }
        return [{**row, "title": self.title, "body": self.body[:characters]}]


@pytest.mark.parametrize("title", ["", "A title\n of  two lines", "long " * 90, "\u200b"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_judged_is_what_the_index_stores(title: str, body: str) -> None:
    """The same document on both ways: as the trainer's snapshot reads it, and as the indexer reads it."""
    taken = replace(document("d"), title=title, body=body[: SnapshotRules().max_characters])
    indexed = Documents(OneDocument(title, body)).read("acme", ["d"])["d"].cut(base_pieces())  # type: ignore[arg-type]  # answers `query`
    assert corpus.build({"d": taken}, [], [], 10, base_pieces()).texts == indexed.passages


def test_a_document_without_a_passage_cannot_be_found() -> None:
    known = {"empty": replace(document("empty"), title="", body=" \n"), "full": document("full", "some text")}
    found = corpus.build(known, [query("q", "empty")], GUARD, 10, base_pieces())
    assert found.names == ("full", model_tests.general_id(GUARD[0]))
    assert "empty" not in found.leading()
    scores = np.array([[0.1, 0.9]], dtype=np.float32)
    assert corpus.by_best_passage(scores, found) == [[model_tests.general_id(GUARD[0]), "full"]]
    nothing = corpus.build({"empty": known["empty"]}, [], [], 10, base_pieces())
    assert (nothing.names, nothing.texts) == ((), ())
    assert corpus.by_best_passage(np.zeros((2, 0), dtype=np.float32), nothing) == [[], []]


def test_a_document_ranks_by_its_best_passage() -> None:
    long = "word " * 300
    found = corpus.build({"a": document("a", long), "b": document("b", "short text here")}, [], [], 10, base_pieces())
    assert found.names == ("a", "b")
    assert found.first.tolist() == [0, 3]
    scores = np.array([[0.1, 0.2, 0.9, 0.5], [0.1, 0.1, 0.1, 0.5], [0.5, 0.1, 0.1, 0.5]], dtype=np.float32)
    assert corpus.by_best_passage(scores, found) == [["a", "b"], ["b", "a"], ["a", "b"]]
    assert corpus.by_best_passage(scores, found, depth=1) == [["a"], ["b"], ["a"]]
    assert corpus.by_best_passage(scores, found, floor=0.5) == [["a"], [], []]


def test_the_leading_passage_stands_for_a_document_of_the_tenant() -> None:
    long = "First sentence. " + " ".join(f"word{n}" for n in range(200))
    found = corpus.build({"a": document("a", long), "b": document("b", "short")}, [], GUARD, 10, base_pieces())
    assert found.tenants() == [0, 1]
    assert found.leading() == {"a": found.texts[0], "b": "Title of b\nshort"}
    assert found.leading()["a"].startswith("Title of a\nFirst sentence. word0")


def test_the_tenants_own_part_has_no_general_text_and_numbers_its_passages() -> None:
    long = "First sentence. " + " ".join(f"word{n}" for n in range(200))
    known = {"a": replace(document("a", long), authority=0.7), "b": document("b", "short")}
    whole = corpus.build(known, [], GUARD, 10, base_pieces())
    own = whole.own()
    assert (own.names, own.texts, own.authority) == (("a", "b"), whole.texts[:-1], (0.7, 0.0))
    assert len(own.texts) > 2
    assert own.numbered() == [*((0, n) for n in range(len(own.texts) - 1)), (1, 0)]
    assert own.own().texts == own.texts, "nothing general, nothing to leave out"
    nothing = corpus.build({}, [], GUARD, 10, base_pieces()).own()
    assert (nothing.names, nothing.texts, nothing.numbered()) == ((), (), [])


def test_a_large_corpus_keeps_what_is_sought() -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(50)}
    found = corpus.build(known, [query("q", "d49")], [], 5, base_pieces())
    assert len(found.names) == 5
    assert "d49" in found.names
    turned = corpus.build(dict(reversed(known.items())), [query("q", "d49")], [], 5, base_pieces())
    assert turned.names == found.names


def test_messages_are_not_ranked() -> None:
    known = {"m": replace(document("m"), searchable=False), "d": document("d")}
    assert corpus.build(known, [], [], 5, base_pieces()).names == ("d",)
