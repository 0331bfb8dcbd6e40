"""Which side a document is on, for good: a keyed hash, and a memory of what ever taught, chose or tested. Pure.

The unit is a group of near copies. Its side is the zone that a keyed hash of it falls into, unless the memory knows
better, because groups merge, split, grow and are renamed:

| the memory says of any member | side |
|---|---|
| tested, and taught or chose as well | unused: neither side may have it any more |
| tested | test |
| taught | train |
| chose a checkpoint or a weight | validation |
| nothing | the zone of its hash |

Sides that only a hash gave bind nobody yet, so a zone may shrink as a tenant grows. Everything on the side of training
counts as taught from its first run on, because learning reads documents in more roles than as examples.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import MappingProxyType

from retrieval.text import normalized, subject
from trainer.data.examples import Document
from trainer.data.near_copies import near_pairs

TRAIN, VALIDATION, TEST, UNUSED = "train", "validation", "test", "unused"
TAUGHT, CHOSE, TESTED = "taught", "chose", "tested"
ROLES = (TAUGHT, CHOSE, TESTED)

_ITEM_BYTES, _WORD_BYTES = 16, 6


@dataclass(frozen=True, slots=True)
class Key:
    """A tenant's secret: hashes under it are the same in every run, and say nothing to whoever lacks it."""

    secret: bytes

    @property
    def id(self) -> str:
        """Return what names the key beside its hashes."""
        return self._hash("key", "", 8).hex()

    def document(self, name: str) -> str:
        """Return the item of a document's id."""
        return self._hash("document", name, _ITEM_BYTES).hex()

    def content(self, content_hash: str) -> str:
        """Return the item of a document's content, by which it is known under another id."""
        return self._hash("content", content_hash, _ITEM_BYTES).hex()

    def query(self, text: str) -> str:
        """Return the item of a query or another anchor."""
        return self._hash("query", normalized(text), _ITEM_BYTES).hex()

    def words(self, text: str) -> frozenset[str]:
        """Return the hashed subject words of a query: sets of them are as alike as the words are."""
        return frozenset(self._hash("word", word, _WORD_BYTES).hex() for word in subject(text))

    def share(self, item: str) -> float:
        """Return where in [0, 1) the hash of an item falls."""
        return int.from_bytes(self._hash("share", item, 7)) / 2**56

    def _hash(self, purpose: str, text: str, size: int) -> bytes:
        return blake2b(text.encode(), key=self.secret[:64], person=purpose.encode(), digest_size=size).digest()


@dataclass(frozen=True, slots=True)
class Used:
    """What was used in one role: items of documents, and of queries with their hashed words."""

    documents: frozenset[str] = frozenset()
    queries: Mapping[str, frozenset[str]] = field(default_factory=dict)


NOTHING = Used()


@dataclass(frozen=True, slots=True)
class Items:
    """By what a document is known: the items of every id that it ever had, and of its content."""

    ids: frozenset[str]
    content: str

    @property
    def all(self) -> frozenset[str]:
        """Return them in one set."""
        return self.ids | {self.content}


@dataclass(frozen=True, slots=True)
class HoldOut:
    """A tenant's key, what had each role so far, and the items of each present document."""

    key: Key
    used: Mapping[str, Used]
    items: Mapping[str, Items]

    @classmethod
    def over(
        cls,
        key: Key,
        documents: Iterable[Document],
        used: Mapping[str, Used] = MappingProxyType({}),
        former: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> "HoldOut":
        """Return it for these documents; `former` has the ids that a document had before."""
        items = {
            one.document: Items(
                frozenset(map(key.document, (one.document, *former.get(one.document, ())))),
                key.content(one.content_hash),
            )
            for one in documents
        }
        return cls(key, used, items)

    def roles(self, documents: Iterable[str]) -> frozenset[str]:
        """Return the roles that any of these documents ever had, under any id or with the same content."""
        items = frozenset[str]().union(*(self.items[name].all for name in documents))
        return frozenset(role for role, used in self.used.items() if not items.isdisjoint(used.documents))

    def alike(self, texts: Sequence[str], roles: Iterable[str], threshold: float) -> set[int]:
        """Return which of the texts are, or nearly are, a query that had one of the roles."""
        used = [self.used.get(role, NOTHING) for role in roles]
        same = {n for n, text in enumerate(texts) if any(self.key.query(text) in one.queries for one in used)}
        asked = [self.key.words(text) for text in texts]
        known = [words for one in used for words in one.queries.values()]
        return same | {n for n, _ in near_pairs(asked, known, threshold)}

    def share(self, documents: Iterable[str]) -> float:
        """Return where in [0, 1) a group falls: by the least item of its members, whichever name they have now."""
        return self.key.share(min(item for name in documents for item in self.items[name].ids))


@dataclass(frozen=True, slots=True)
class Zones:
    """Which part of [0, 1) tests and which chooses; the rest teaches."""

    test: float
    validation: float


def side(roles: frozenset[str], share: float, zones: Zones, only_teaches: bool = False) -> str:
    """Return the side of a group of near copies; `only_teaches` where nothing but a test decides otherwise."""
    if TESTED in roles:
        return TEST if roles == {TESTED} else UNUSED
    if TAUGHT in roles or only_teaches:
        return TRAIN
    if CHOSE in roles or zones.test <= share < zones.test + zones.validation:
        return VALIDATION
    return TEST if share < zones.test else TRAIN


def document_sides(
    copies: Mapping[str, int], hold_out: HoldOut, zones: Zones, only_teach: Container[int] = ()
) -> dict[str, str]:
    """Return the side of every document; `copies` numbers groups of near copies, `only_teach` has some of them."""
    members: dict[int, list[str]] = {}
    for name, group in copies.items():
        members.setdefault(group, []).append(name)
    side_of = {
        group: side(hold_out.roles(names), hold_out.share(names), zones, group in only_teach)
        for group, names in members.items()
    }
    return {name: side_of[group] for name, group in copies.items()}
