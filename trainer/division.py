"""A run's sides and its look at the hold-out, with the memory of all runs before it.

divide ▸ remember, before anything is learned ▸ prove apart, before learning and before judging ▸ look
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from schemas.learning import ModelRefused, ModelTrained
from stores.shelf import ShelfEntry
from stores.trail import Trail
from trainer.context import RunContext
from trainer.data.examples import Example
from trainer.data.hold_out import TAUGHT, TRAIN, UNUSED, HoldOut, Key, Used
from trainer.data.memory import Memory, Remembered
from trainer.data.near_copies import near_copies
from trainer.data.snapshot import Manifest, Snapshot
from trainer.data.split import Query, Split, split
from trainer.data.used import JudgedBy, check_apart, check_synthetic, used_by
from trainer.judging.exposure import deciding
from trainer.judging.judged import outranked
from trainer.judging.looks import Look, next_look, taken
from trainer.run_directory import RunDirectory

End = ModelTrained | ModelRefused
NOT_LEARNED = "the model came from elsewhere: nothing is learned"


@dataclass(frozen=True)
class Division:
    """The sides of one run. `copies` numbers the groups of near copies."""

    context: RunContext
    snapshot: Snapshot
    manifest: Manifest
    memory: Memory
    ends: tuple[End, ...]
    hold_out: HoldOut
    copies: Mapping[str, int]
    examples: tuple[Example, ...]

    @classmethod
    def of(cls, context: RunContext, taken: Snapshot, manifest: Manifest, examples: tuple[Example, ...]) -> "Division":
        """Read what earlier runs did. Raises `Refused` when the memory of one is lost."""
        rules, tenant = context.config.split, taken.tenant
        key = Key(context.signing.secret(f"hold-out of {tenant}"))
        memory = Memory(context.warehouse, context.manifests, tenant, key)
        ends = tuple(Trail(context.warehouse, context.signing).ends(tenant))
        needed = must_be_remembered(ends, context.shelf.models(tenant).values(), rules.given_up)
        hold_out = memory.hold_out(manifest.id, taken.documents, needed, rules.given_up, context.clock())
        copies = near_copies(taken.documents.values(), rules.document_similarity)
        return cls(context, taken, manifest, memory, ends, hold_out, copies, examples)

    @cached_property
    def split(self) -> Split:
        """Return the sides; held-out queries that people judged count by people's grades."""
        rules, judgments = self.context.config.split, self.snapshot.judgments
        found = split(self.examples, self.copies, rules, self.hold_out, sorted(judgments))
        return replace(found, test=outranked(found.test, judgments, found.test_documents))

    @cached_property
    def judged_by(self) -> JudgedBy:
        """Return the documents by which the held-out queries are judged."""
        found, rows = self.split, self.snapshot.rows
        return JudgedBy(
            deciding(found.test, rows, found.test_documents),
            deciding(found.validation, rows, found.validation_documents),
        )

    def lineage(self, learning: bool = True) -> tuple[Sequence[str], Sequence[str]]:
        """Return of each example the side, and why it is unused: of a run that learns nothing no example teaches."""
        found = list(zip(self.split.sides, self.split.causes, strict=True))
        if not learning:
            found = [(UNUSED, NOT_LEARNED) if side == TRAIN else (side, why) for side, why in found]
        return [side for side, _ in found], [why for _, why in found]

    def too_little(self, learning: bool = True) -> tuple[str, ...]:
        """Return why there is no point in the run, and what of the queries neither teaches nor tests; or nothing."""
        found, rules = self.split, self.context.config
        reasons = rules.too_little(len(found.train) if learning else rules.min_examples, len(found.test))
        if not reasons or not (unused := found.unused()):
            return reasons
        causes = "; ".join(f"{cause} ({count:,})" for cause, count in unused.items())
        apart = f"{sum(unused.values()):,} examples are set aside, so that nothing is judged by what it learned from"
        return (*reasons, f"{apart}; why, and how many: {causes}")

    def remember(self, directory: RunDirectory, learning: bool = True, synthetic: Sequence[Example] = ()) -> None:
        """Write down what this run uses, before it uses it; one that learns nothing chooses and tests.

        What is made of documents (`synthetic`) teaches like what people typed, and is remembered like it.
        """
        more, now = [one.anchor for one in synthetic], self.context.clock()
        uses = used_by(self.split, self.copies, self.hold_out, self.judged_by, more)
        uses = uses if learning else uses | {TAUGHT: Used()}
        self.memory.record(self.manifest.id, self.snapshot.run, uses, directory.path, now)

    def check(self, lessons: Sequence[Example], judging: Sequence[Query]) -> None:
        """Raise `Refused` unless nothing that teaches tests, in this run or in any that the memory has now."""
        now = replace(self.hold_out, used=self.memory.used())
        likeness = self.context.config.split.query_similarity
        check_apart(lessons, judging, self.judged_by, self.copies, now, likeness)
        others = [*(query.text for query in self.split.validation), *self.snapshot.judgments]
        check_synthetic(lessons, others, self.split.held_out_documents, likeness)

    def look(self) -> Look:
        """Return which look at the hold-out this run takes, and at what level."""
        rules = self.context.config.gate
        before = unended(self.memory.runs(self.manifest.id).values(), self.ends, self.snapshot.run)
        return next_look(taken(self.ends, [one.at for one in before], rules), rules)


def must_be_remembered(ends: Iterable[End], models: Iterable[ShelfEntry], given_up: Sequence[str]) -> dict[str, str]:
    """Return the runs that the memory has to have, by snapshot: all that compared, and all that made a model. Pure."""
    compared = {end.snapshot: end.run for end in ends if end.comparison is not None and end.snapshot}
    made = {at: one.about.get("run", "") for one in models if (at := one.about.get("snapshot"))}
    return {at: run for at, run in (made | compared).items() if run not in given_up}


def unended(remembered: Iterable[Remembered], ends: Iterable[End], run: str) -> list[Remembered]:
    """Return the remembered runs that may have looked at the hold-out and have no end, or an error, on record. Pure.

    An end speaks for its own snapshot: another try of its run, with another snapshot, may have looked as well. One that
    names none speaks for its run, but not for this very `run`. A run that was stopped has spent nothing, unless the end
    says that a try of it had looked.
    """
    over = [end for end in ends if end.comparison is not None or not _broke_off(end)]
    snapshots = {end.snapshot for end in over if end.snapshot}
    runs = {end.run for end in over if not end.snapshot} - {run}
    return [one for one in remembered if one.snapshot not in snapshots and one.run not in runs]


def _broke_off(end: End) -> bool:
    return isinstance(end, ModelRefused) and (end.verdict == "ERROR" or bool(end.looked))
