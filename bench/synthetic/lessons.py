"""Clicked lessons drawn from a world, and lessons of its documents' own words. Pure but for the model's vectors.

They are made as a training run makes them (`trainer.synthetic`): of documents that no judging query seeks, nor a near
copy of one, that no clicked lesson shows, and nothing nearly a judging query. Nobody opened anything beside searches in
this world, so which documents come first is drawn.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from random import Random

from bench.recipe.world import Lesson, World
from trainer.data.examples import CleaningRules, Document, Example
from trainer.data.hold_out import HoldOut, Key
from trainer.data.near_copies import near_copies
from trainer.data.split import SplitRules
from trainer.judging.corpus import Vectors
from trainer.learning.mine import MiningRules, mine, never_negative
from trainer.synthetic.extractive import Extractive
from trainer.synthetic.queries import SyntheticRules, kept

_AT = datetime(2026, 1, 1, tzinfo=UTC)
Vectorised = Callable[[Sequence[str]], Vectors]


def drawn(rows: Sequence[Lesson], count: int, draw: int) -> list[Lesson]:
    """Return so many of the lessons, in the world's order; another `draw` has others."""
    numbers = sorted(Random(f"clicked:{draw}").sample(range(len(rows)), count))
    return [rows[n] for n in numbers]


def documents(world: World) -> dict[str, Document]:
    """Return the world's documents, put together from their passages, which begin with their titles."""
    found = {}
    for name, first, end in zip(world.names, world.first, (*world.first[1:], len(world.passages)), strict=True):
        parts = [passage.partition("\n") for passage in world.passages[first:end]]
        body = " ".join(rest for _, _, rest in parts if rest)
        digest = blake2b(body.encode(), digest_size=16).hexdigest()
        found[name] = Document(name, 1, parts[0][0], body, digest, frozenset(), 0, _AT)
    return found


def of_documents(
    world: World, clicked: Sequence[Lesson], rules: SyntheticRules, embed: Vectorised, draw: int
) -> list[Lesson]:
    """Return lessons of the documents' own words; `embed` gives the base model's unit vectors, of what they mine by."""
    known = documents(world)
    held_out = frozenset(known) - frozenset(world.teachable())
    copies = near_copies(known.values(), SplitRules().document_similarity)
    apart = {copies[name] for name in held_out} | {copies[lesson.document] for lesson in clicked}
    free = [one for name, one in known.items() if copies[name] not in apart]
    Random(f"first:{draw}").shuffle(free)
    generator = Extractive(known.values())
    proposed = [(one, generator.proposed(one)) for one in free[: rules.max_documents]]
    people = [one.text for side in (world.test, world.validation, world.guard) for one in side]
    people += [lesson.anchor for lesson in clicked]
    hold_out = HoldOut.over(Key(b"bench"), known.values())
    examples = kept(proposed, people, hold_out, SplitRules().query_similarity, rules, CleaningRules()).examples
    return _mined(world, examples[: int(rules.per_click * len(clicked))], known, copies, held_out, embed)


def _mined(
    world: World,
    examples: Sequence[Example],
    known: dict[str, Document],
    copies: dict[str, int],
    held_out: frozenset[str],
    embed: Vectorised,
) -> list[Lesson]:
    never = never_negative(examples, (), known, copies, {})
    firsts = embed([world.passages[n] for n in world.first])
    anchors = embed([one.anchor for one in examples])
    mined = mine(examples, anchors, world.names, firsts, never, frozenset(), held_out, MiningRules())
    return [
        Lesson(
            anchor=one.anchor, document=one.document, text=one.text, weight=one.weight, right=True,
            never=tuple(sorted(mined.never[n])), near=mined.negatives[n],
        )
        for n, one in enumerate(examples)
    ]  # fmt: skip
