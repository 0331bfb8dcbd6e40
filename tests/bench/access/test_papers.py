"""What operators read, searched for what they may not see."""

from bench.access.papers import leaked


def test_ids_words_and_queries_are_found_in_any_case_and_nothing_else() -> None:
    text = '{"document": "note-00001", "title": "About NOTE00002", "query": "zebranote00003 merger"}'
    sought = ["note-00001", "note00002", "zebranote00003 merger", "note-00004", "zebranote00005 merger"]
    assert leaked(text, sought) == sought[:3]
    assert leaked("", sought) == []
