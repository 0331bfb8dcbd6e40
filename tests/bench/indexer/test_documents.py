import pytest

from bench.indexer.documents import LONG_WORDS, documents, with_a_sentence_changed


@pytest.mark.thorough
def test_documents_are_mixed_as_stated() -> None:
    pages = documents(300)
    copies = [page for name, page in pages.items() if name.startswith("copy-")]
    originals = {page for name, page in pages.items() if not name.startswith("copy-")}
    assert (len(pages), len(copies)) == (300, 45)
    assert set(copies) <= originals
    assert len([page for page in pages.values() if len(page.body) <= len("See above.")]) >= 6
    assert len([page for page in pages.values() if len(page.body.split()) >= LONG_WORDS]) == 2
    assert documents(300) == pages


def test_one_sentence_of_a_text_changes() -> None:
    pages = documents(60)
    for changed in with_a_sentence_changed(pages, 5):
        before, after = pages[changed.name].body.split(". "), changed.page.body.split(". ")
        assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
