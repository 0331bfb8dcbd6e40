from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from demo.corpus import Corpus
from demo.planning import DAY_LASTS, Habits, PlannedSearch, again, plan_day, workdays
from demo.population import populate

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
DAY = workdays(NOW, 1)[0]


def planned(corpus: Corpus, second_share: float, seed: int = 7) -> list[PlannedSearch]:
    return plan_day(DAY, "acme", populate(corpus, 7), second_share, seed, Habits())


def test_workdays_are_over_and_in_order() -> None:
    days = workdays(NOW, 11)
    assert len(days) == 11
    assert days == sorted(days)
    assert days[-1] + DAY_LASTS < NOW
    assert days[-1] == datetime(2026, 3, 3, 8, tzinfo=UTC)


def test_a_day_is_planned_in_time_with_ids_of_its_own(corpus: Corpus) -> None:
    searches = planned(corpus, 0.0)
    assert 150 <= len(searches) <= 350
    assert len({search.id for search in searches}) == len(searches)
    assert [search.at for search in searches] == sorted(search.at for search in searches)
    assert all(DAY <= search.at < DAY + DAY_LASTS for search in searches)


def test_the_plan_follows_from_the_seed(corpus: Corpus) -> None:
    assert planned(corpus, 0.5) == planned(corpus, 0.5)
    assert planned(corpus, 0.5) != planned(corpus, 0.5, seed=8)


def test_people_turn_to_the_second_group_by_the_share(corpus: Corpus) -> None:
    second = {document.id for document in corpus.second.documents}
    shares = {}
    for share in (0.0, 0.85, 1.0):
        searches = planned(corpus, share)
        shares[share] = sum(search.relevant <= second for search in searches) / len(searches)
    assert shares[0.0] == 0
    assert shares[1.0] == 1
    assert 0.7 < shares[0.85] < 0.97


def test_sittings_hold_a_few_searches_within_minutes(corpus: Corpus) -> None:
    by_user: dict[str, list[datetime]] = {}
    for search in planned(corpus, 0.0):
        by_user.setdefault(search.user, []).append(search.at)
    gaps = [b - a for times in by_user.values() for a, b in pairwise(times)]
    assert sum(gap <= timedelta(minutes=4) for gap in gaps) > len(gaps) / 2
    assert any(gap > timedelta(minutes=30) for gap in gaps)


def test_the_need_is_not_shown(corpus: Corpus) -> None:
    search = planned(corpus, 0.0)[0]
    assert not any(document in repr(search) for document in search.relevant)


def test_another_attempt_uses_other_words_until_one_gives_up(corpus: Corpus) -> None:
    search = planned(corpus, 0.0)[0]
    keen = Habits(try_again=1.0, attempts=2)
    second = again(search, search.at + timedelta(seconds=30), Random(1), keen)
    assert second is not None
    assert (second.need, second.user, second.attempt) == (search.need, search.user, 2)
    assert second.query != search.query
    assert second.id != search.id
    assert again(second, second.at, Random(1), keen) is None
    assert again(search, search.at, Random(1), Habits(try_again=0.0)) is None
