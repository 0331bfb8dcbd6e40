"""Pages cut and ranked as the index has them."""

import numpy as np
from numpy.typing import NDArray

from bench.retrieval.pages import Library, Page, indexed, unread
from schemas.fusion import Fusion
from tests.trainer.build import base_pieces

PAGES = {"a": Page("Leave", "Ten weeks. " * 200), "b": Page("Lunch", "Soup on Monday.")}


class Counting:
    """An encoder whose vector of a text says how often it has the letter o."""

    pieces = base_pieces()

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        return np.array([[text.count("o"), 1.0] for text in texts], dtype=np.float32)


class Short:
    """A tokenizer that reads half of what passages are cut for."""

    limit = base_pieces().limit // 2
    counts = base_pieces().counts
    starts = base_pieces().starts


def test_every_piece_of_a_passage_is_read_and_one_that_is_not_is_counted() -> None:
    over = indexed(PAGES, base_pieces())
    left_out, pieces = unread(over, base_pieces())
    assert (left_out, pieces > 600) == (0, True)
    assert unread(over, Short())[0] > 0


def test_pages_are_ranked_by_vectors_by_words_and_by_both() -> None:
    library = Library(PAGES, Counting())  # type: ignore[arg-type]  # the part of an encoder that is used
    asked = np.array([[1.0, 0.0]], dtype=np.float32)
    assert library.by_meaning(asked) == [["b", "a"]]
    assert library.by_words(["weeks"]) == [["a"]]
    assert library.fused(asked, ["weeks"], Fusion(dense=0.1)) == [["a", "b"]]
    assert library.fused(asked, ["absent"], Fusion(dense=0.9)) == [["b", "a"]]


def test_clicked_queries_find_a_page_and_leave_the_others_as_they_are() -> None:
    library = Library(PAGES, Counting())  # type: ignore[arg-type]  # the part of an encoder that is used
    helped, asked = library.with_clicked({"a": ["lunch menu"], "gone": ["nothing"]}), np.array([[1.0, 0.0]], np.float32)
    assert library.fused(asked, ["menu"], Fusion(dense=0.2, clicked=0.5)) == [["b", "a"]]
    assert helped.fused(asked, ["menu"], Fusion(dense=0.2, clicked=0.5)) == [["a", "b"]]
    assert helped.fused(asked, ["menu"], Fusion()) == helped.by_meaning(asked) == [["b", "a"]]
    assert helped.served.rank_words(["menu", "soup"], [Fusion(dense=0, clicked=0.1)]) == [[["a"], ["b"]]]
