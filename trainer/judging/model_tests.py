"""Unit tests of a model, built from the tenant's own words: behaviours that a good encoder of this company has. Pure.

A test passes when one of its expected documents is among the first few that a search gives. Most pass before and after;
what counts is which ones a candidate loses. General texts are in no index, so their tests look at vectors alone.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from scipy.stats import binom

from retrieval.text import STOP_WORDS, normalized, spaced, words
from trainer.data.added_tests import AddedTest
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.learning.general import General

PARAPHRASE, ACRONYM, KEY_DOCUMENT, GENERAL = "paraphrase", "acronym", "key document", "general"

_DEFINITION = re.compile(r"((?:[A-Z][\w-]*\s+){2,6})\((?:[A-Z][a-z]+\s)?([A-Z][A-Z0-9]{1,7})\)")
_NO_DOCUMENT = "\x1fgeneral:"
"""No document id may hold a control character."""

_SYNONYMS = (
    ("create", "make"),
    ("make", "create"),
    ("delete", "remove"),
    ("remove", "delete"),
    ("list", "show all"),
    ("show", "display"),
    ("describe", "get details of"),
    ("get", "retrieve"),
    ("update", "change"),
    ("change", "modify"),
    ("modify", "change"),
    ("start", "launch"),
    ("stop", "end"),
    ("find", "look up"),
    ("enable", "turn on"),
    ("disable", "turn off"),
    ("add", "attach"),
    ("send", "deliver"),
    ("buy", "purchase"),
    ("fix", "repair"),
    ("holiday", "vacation"),
)


@dataclass(frozen=True, slots=True)
class ModelTest:
    """One test: the behaviour, what is asked, the documents of which one is expected, and within which rank.

    Tests made of held-out queries of one `group` rise and fall together; one without a group stands alone.
    """

    behaviour: str
    query: str
    expected: frozenset[str]
    within: int
    group: int | None = None

    @property
    def name(self) -> str:
        """Return what a report calls it."""
        return f"{self.behaviour}: {self.query}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one behaviour: its tests, how many live and the candidate pass, and how many groups turned.

    A group of tests, often of one, counts as `lost` when the candidate passes fewer of it than live, and as `won` when
    it passes more.
    """

    tests: int
    live: int
    candidate: int
    groups: int
    lost: int
    won: int

    def chance_of_no_loss(self) -> float:
        """Return the one-sided p-value of a loss: how likely chance alone makes so many of what turned a loss.

        Exact: McNemar's test as a sign test on the groups that turned.
        """
        return float(binom.sf(self.lost - 1, self.lost + self.won, 0.5))


def build(queries: Sequence[Query], documents: Mapping[str, Document], limit: int) -> list[ModelTest]:
    """Return at most `limit` tests of each behaviour; the same input gives the same tests."""
    return [
        *_sample(_paraphrases(queries), limit),
        *_sample(_acronyms(documents), limit),
        *_key_documents(documents, limit),
    ]


def added(tests: Sequence[AddedTest], documents: Mapping[str, Document]) -> list[ModelTest]:
    """Return the tests that people added, of the documents that there are; one that expects none is left out."""
    known = [(test, frozenset(test.expected) & documents.keys()) for test in tests]
    return [ModelTest(test.behaviour, test.query, here, test.within) for test, here in known if here]


def general(pairs: Sequence[General]) -> list[ModelTest]:
    """Return the tests of plain English: each question expects its own answer first; `general_id` names the answers."""
    return [ModelTest(GENERAL, pair.anchor, frozenset({general_id(pair)}), 1) for pair in pairs]


def general_id(pair: General) -> str:
    """Return the name under which a general text stands among the ranked documents."""
    return f"{_NO_DOCUMENT}{pair.anchor}"


def is_general(name: str) -> bool:
    """Tell whether a ranked name is of a general text and not a document of the tenant."""
    return name.startswith(_NO_DOCUMENT)


def passed(tests: Sequence[ModelTest], ranked: Sequence[Sequence[str]]) -> list[bool]:
    """Tell for each test whether the ranking that belongs to it passes."""
    return [not test.expected.isdisjoint(top[: test.within]) for test, top in zip(tests, ranked, strict=True)]


def tally(tests: Sequence[ModelTest], live: Sequence[bool], candidate: Sequence[bool]) -> dict[str, Tally]:
    """Return what became of each behaviour."""
    of_groups: dict[str, dict[tuple[bool, int], list[tuple[bool, bool]]]] = defaultdict(lambda: defaultdict(list))
    for n, (test, *both) in enumerate(zip(tests, live, candidate, strict=True)):
        group = (False, n) if test.group is None else (True, test.group)
        of_groups[test.behaviour][group].append((both[0], both[1]))
    return {name: _tallied(list(groups.values())) for name, groups in of_groups.items()}


def _tallied(groups: Sequence[Sequence[tuple[bool, bool]]]) -> Tally:
    """Return the tally of tests in groups, each test as passed by live and by the candidate."""
    sums = [(sum(old for old, _ in group), sum(new for _, new in group)) for group in groups]
    return Tally(
        tests=sum(map(len, groups)),
        live=sum(old for old, _ in sums),
        candidate=sum(new for _, new in sums),
        groups=len(groups),
        lost=sum(new < old for old, new in sums),
        won=sum(new > old for old, new in sums),
    )


def _paraphrases(queries: Sequence[Query]) -> Iterable[ModelTest]:
    """A held-out query in other words: a synonym for its verb, or bare keywords when no verb is known."""
    for query in queries:
        if not spaced(query.text):
            continue
        asked = words(query.text)
        verb = next((n for n, word in enumerate(asked) for old, _ in _SYNONYMS if word == old), None)
        if verb is not None:
            asked[verb] = dict(_SYNONYMS)[asked[verb]]
            other = "how do i " + " ".join(asked).removeprefix("to ").removeprefix("how do i ")
        else:
            other = " ".join(word for word in asked if word not in STOP_WORDS)
        if other and normalized(other) != normalized(query.text):
            yield ModelTest(PARAPHRASE, other, frozenset(query.relevant), 10, query.group)


def _acronyms(documents: Mapping[str, Document]) -> Iterable[ModelTest]:
    """A short form that the tenant's documents spell out: searching it must find a document that has it."""
    using: dict[str, set[str]] = defaultdict(set)
    defined: set[str] = set()
    for document in documents.values():
        text = f"{document.title} {document.body}"
        defined.update(match[2] for match in _DEFINITION.finditer(text) if _spells(match[1], match[2]))
        for word in set(re.findall(r"\b[A-Z][A-Z0-9]{1,7}\b", text)):
            using[word].add(document.document)
    for short in sorted(defined):
        if 0 < len(using[short]) <= max(3, len(documents) // 4):
            yield ModelTest(ACRONYM, short, frozenset(using[short]), 5)


def _spells(long: str, short: str) -> bool:
    initials = iter(word[0].upper() for word in re.split(r"[\s-]+", long.strip()) if word)
    return all(letter in initials for letter in re.sub(r"\d", "", short)[:2])


def _key_documents(documents: Mapping[str, Document], limit: int) -> list[ModelTest]:
    """The documents that people open most must be found by their own title."""
    titled = [d for d in documents.values() if d.opened and len(words(d.title)) > 1]
    most = sorted(titled, key=lambda d: (-d.opened, d.document))[:limit]
    return [ModelTest(KEY_DOCUMENT, d.title, frozenset({d.document}), 5) for d in most]


def _sample(tests: Iterable[ModelTest], limit: int) -> list[ModelTest]:
    return sorted(tests, key=lambda test: blake2b(test.query.encode()).digest())[:limit]
