from collections import Counter
from random import Random

from demo.corpus import RESTRICTED_GROUP, Corpus
from demo.population import Needs, PopulationSize, populate


def test_people_follow_from_the_seed(corpus: Corpus) -> None:
    assert populate(corpus, 7).people == populate(corpus, 7).people
    assert populate(corpus, 7).people != populate(corpus, 8).people


def test_everybody_has_an_id_and_some_are_operators(corpus: Corpus) -> None:
    people = populate(corpus, 7, PopulationSize(people=400, operators=0.2)).people
    assert len({person.id for person in people}) == 400
    assert all("everyone" in person.groups for person in people)
    assert 50 <= sum(RESTRICTED_GROUP in person.groups for person in people) <= 110


def test_common_needs_come_up_more_often(corpus: Corpus) -> None:
    needs = Needs(corpus.first, zipf=1.0)
    rng = Random(3)
    drawn = Counter(needs.draw("ec2", rng).text for _ in range(20_000))
    texts = [query.text for query in corpus.first.queries if query.service == "ec2"]
    harmonic = sum(1 / (k + 1) for k in range(len(texts)))
    for position in (0, 1, 4):
        expected = 20_000 / (position + 1) / harmonic
        assert abs(drawn[texts[position]] - expected) < 5 * expected**0.5


def test_related_needs_share_words_within_the_service(corpus: Corpus) -> None:
    needs = Needs(corpus.first, zipf=0.4)
    rng = Random(3)
    for query in corpus.first.queries[:100]:
        other = needs.related(query, rng)
        assert other.service == query.service


def test_interests_differ_between_people(corpus: Corpus) -> None:
    people = populate(corpus, 7).people
    assert len({person.interests["first"][0][0] for person in people}) > 5
