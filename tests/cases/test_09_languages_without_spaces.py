"""Pages in languages that write no spaces between words, and a company that searches them by words."""

import json
from pathlib import Path

import pytest

from retrieval.bm25 import Bm25
from tests.cases.house import House
from tests.cases.words import by_words

QUERIES = [
    ("门禁卡", "zh/visitors"),
    ("备份", "zh/backup"),
    ("卡纸", "zh/printer"),
    ("数据库", "zh/backup"),
    ("定期券", "ja/trains"),
    ("サーバー", "ja/vpn"),
    ("ｻｰﾊﾞｰ", "ja/vpn"),
    ("회의실", "ko/rooms"),
    ("차량번호", "ko/parking"),
    ("ใบเสร็จ", "th/expenses"),
    ("เดือนธันวาคม", "th/holidays"),
    ("កុំព្យូទ័រ", "km/welcome"),
    ("iphone", "mixed/phones"),
    ("手机", "mixed/phones"),
    ("IT部门", "mixed/phones"),
]


@pytest.fixture(scope="module")
def pages(inputs: Path) -> dict[str, str]:
    """The text of every page, by document."""
    read = [json.loads(line) for line in (inputs / "pages.jsonl").read_text().splitlines()]
    return {page["document"]: f"{page['title']}\n{page['body']}" for page in read}


def test_words_find_the_page_that_has_them(house: House) -> None:
    """by words, each query finds its page first"""
    house.emit("pages.jsonl")
    house.index()
    assert {query: by_words(house, query)[:1] for query, _ in QUERIES} == {q: [page] for q, page in QUERIES}


def test_a_search_puts_the_page_that_has_the_words_first(house: House) -> None:
    """a search, whatever its model makes of the language, shows that page first"""
    house.emit("pages.jsonl")
    house.index()
    assert {query: house.search(query)[:1] for query, _ in QUERIES} == {q: [page] for q, page in QUERIES}


def test_one_letter_finds_the_pages_that_have_it(house: House) -> None:
    """a query of one ideograph finds the pages that have it, and no other"""
    house.emit("pages.jsonl")
    house.index()
    assert set(by_words(house, "卡")) == {"zh/visitors", "zh/printer"}


def test_the_judge_ranks_by_the_same_words(pages: dict[str, str]) -> None:
    """the gate's BM25 finds the same page first"""
    names = list(pages)
    scores = Bm25(list(pages.values())).scores([query for query, _ in QUERIES])
    assert {query: names[row.argmax()] for (query, _), row in zip(QUERIES, scores, strict=True)} == dict(QUERIES)


def test_a_snippet_begins_where_the_words_are(house: House) -> None:
    """what is shown is the page's own text, from the sentence with the words on"""
    house.emit("pages.jsonl")
    house.index()
    (answer,) = house.world.searcher.search(house.world.tenant, ["取出纸张"], frozenset())
    assert answer.results[0].snippet.startswith("打印机卡纸时先关闭电源")
