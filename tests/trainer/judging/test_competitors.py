"""What is ranked of a large corpus, at a small size: forty documents of a limit, of four hundred."""

import random

import numpy as np
import pytest

from retrieval.bm25 import Bm25
from tests.trainer.build import base_pieces, document
from trainer.data.examples import Document
from trainer.judging import corpus
from trainer.judging.competitors import chosen, found_by_words
from trainer.judging.corpus import by_best_passage

LIMIT = 40


def company(size: int = 400) -> dict[str, Document]:
    """Documents of one passage; words from frequent to rare, so that some queries find a few and some many."""
    rng = random.Random(5)
    words = [f"w{n}" for n in range(60)]
    weights = [1 / (n + 1) for n in range(60)]
    return {
        f"d{n}": document(f"d{n}", " ".join(rng.choices(words, weights, k=rng.choice([6, 12, 18]))))
        for n in range(size)
    }


KNOWN = company()
ASKED = ("w40 w50", "w30", "w20 w45")


def test_all_of_a_small_corpus_is_ranked_and_stands_for_itself() -> None:
    found = chosen(list(KNOWN.values()), {"d1"}, {"d2"}, ASKED, 400)
    assert (found.stands_for, found.left_out) == (dict.fromkeys(sorted(KNOWN), 1.0), 0)


def test_what_was_sought_shown_or_found_by_words_is_ranked_and_a_sample_stands_for_the_others() -> None:
    sought, shown = {"d7", "gone"}, {f"d{n}" for n in range(100, 115)}
    found = chosen(list(KNOWN.values()), sought, shown, ASKED, LIMIT)
    assert len(found.stands_for) == LIMIT
    assert found.left_out == 400 - LIMIT
    assert found.stands_for.keys() >= {"d7"} | shown
    places = found_by_words(list(KNOWN.values()), ASKED)
    forced = [name for name, weight in found.stands_for.items() if weight == 1.0]
    assert len(forced) == 30, "a quarter of the room is the sample's"
    assert set(forced) - shown - {"d7"} <= set(places[:20])
    assert sum(found.stands_for.values()) == pytest.approx(400)
    assert list(found.stands_for) == sorted(found.stands_for)
    turned = chosen(list(KNOWN.values())[::-1], sought, shown, reversed(ASKED), LIMIT)
    assert turned == found


def test_first_places_of_every_query_come_before_lower_ones_of_any() -> None:
    known = list(KNOWN.values())
    firsts = {found_by_words(known, [text])[0] for text in ASKED}
    places = found_by_words(known, ASKED)
    assert firsts == set(places[: len(firsts)])
    assert len(places) == len(set(places)) > 30
    assert found_by_words(known, ["unheard"]) == []


def test_what_is_sought_comes_before_what_was_shown_where_there_is_no_room_for_both() -> None:
    sought, shown = {f"d{n}" for n in range(30)}, {f"d{n}" for n in range(100, 130)}
    found = chosen(list(KNOWN.values()), sought, shown, ASKED, LIMIT)
    assert found.stands_for.keys() > sought
    assert found.stands_for.keys() <= sought | shown
    assert found.left_out == 400 - LIMIT


def test_words_rank_a_part_of_the_corpus_as_they_rank_all_of_it() -> None:
    """By its own statistics scores of the part would fall to six tenths: what is rare in all is frequent there."""
    part = corpus.build(KNOWN, [], [], 120, base_pieces(), asked=ASKED)
    whole = corpus.build(KNOWN, [], [], 400, base_pieces())
    assert (part.left_out, whole.left_out, part.own().left_out) == (280, 0, 280)
    scores, all_scores = part.words().scores(ASKED), whole.words().scores(ASKED)
    for row in by_best_passage(all_scores, whole, 10, floor=0.0):
        assert set(row) <= set(part.names), "nobody who competes is missing"
    here = [whole.names.index(name) for name in part.names]
    hit = all_scores[:, here] > 0
    assert np.allclose(scores[hit], all_scores[:, here][hit], rtol=0.25)
    alone = Bm25(part.texts).scores(ASKED)
    assert not np.allclose(alone[hit], all_scores[:, here][hit], rtol=0.25), (
        "a sample of words that all were looked for"
    )


def test_clicked_queries_count_as_in_the_whole_corpus() -> None:
    clicked = dict.fromkeys(KNOWN, ("w50 wanted",))
    part = corpus.build(KNOWN, [], [], LIMIT, base_pieces(), clicked, asked=ASKED)
    index = part.clicked_words()
    assert index is not None
    fields = part.clicked_fields()
    assert fields is not None
    assert index.scores(["w40"]).tolist() != Bm25(fields).scores(["w40"]).tolist()
