"""A run's synthetic examples: made once, kept in the run's directory, and told of in one sentence.

whether the clicks are few ▸ documents that may teach ▸ a generator ▸ what is left out ▸ examples
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter

from trainer.chat import Chat
from trainer.data.examples import CLICK_KINDS, CleaningRules, Document, Example
from trainer.data.hold_out import HoldOut
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.learning import general
from trainer.learning.child import OnProgress
from trainer.synthetic import endpoint
from trainer.synthetic.extractive import Extractive
from trainer.synthetic.queries import Proposed, SyntheticRules, kept, said_by_people, teachable

Generated = Iterator[tuple[Document, Sequence[Proposed]]]


@dataclass(frozen=True, slots=True)
class Synthetic:
    """What was made. `said` tells of it in one sentence, and is empty where there are none and nobody was asked."""

    examples: tuple[Example, ...] = ()
    said: str = ""

    def save(self, path: Path) -> None:
        """Write it for a run that is resumed; the file is whole or absent."""
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(_ADAPTER.dump_json(self))
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Synthetic":
        """Read what `save` wrote."""
        return _ADAPTER.validate_json(path.read_bytes())

    def figures(self, documents: Mapping[str, Document]) -> dict[str, object]:
        """Return what the report has of it; queries of documents that are not for everyone are counted alone."""
        shown = [one for one in self.examples if documents[one.document].for_everyone]
        return {
            "said": self.said,
            "examples": len(self.examples),
            "queries": [{"query": one.anchor, "document": one.document} for one in shown],
        }


_ADAPTER = TypeAdapter(Synthetic)


def synthetic(
    snapshot: Snapshot,
    split: Split,
    copies: Mapping[str, int],
    hold_out: HoldOut,
    likeness: float,
    rules: SyntheticRules,
    cleaning: CleaningRules,
    chat: Callable[[], Chat],
    on_progress: OnProgress,
) -> Synthetic:
    """Return the run's synthetic examples.

    `copies` numbers groups of near copies, `likeness` is the similarity from which two queries are the same, `chat` is
    called where the rules want a language model. Raises `Cancelled`, and nothing because of what an endpoint does.
    """
    if rules.generator == "none":
        return Synthetic()
    clicked = sum(not CLICK_KINDS.isdisjoint(one.kinds) for one in split.train)
    asks = rules.generator == "endpoint"
    if clicked >= rules.few:
        enough = f"no synthetic queries: {clicked:,} examples are clicked, which is enough"
        return Synthetic(said=enough if asks else "")
    documents = teachable(snapshot, split, copies)
    if asks:
        asked = chat()
        proposed = list(_by_endpoint([one for one in documents if one.for_everyone], rules, asked, on_progress))
        how = _told(asked)
    else:
        generator = Extractive(snapshot.documents.values())
        proposed = [(one, generator.proposed(one)) for one in islice(documents, rules.max_documents)]
        how = "of the documents' own words"
    people = [*said_by_people(snapshot, split), *(pair.anchor for pair in general.guarded())]
    found = kept(proposed, people, hold_out, likeness, rules, cleaning)
    examples = found.examples[: max(1, int(rules.per_click * clicked))]
    if not examples and not asks:
        return Synthetic()
    left_out = "".join(f"; {count:,} left out: {cause}" for cause, count in found.left_out.items())
    made_for = len({one.document for one in examples})
    return Synthetic(examples, f"{len(examples):,} synthetic queries for {made_for:,} documents, {how}{left_out}")


def _by_endpoint(
    documents: Sequence[Document], rules: SyntheticRules, chat: Chat, on_progress: OnProgress
) -> Generated:
    """Ask for the queries of documents that everyone may see: whoever runs the endpoint reads them."""
    wanted = documents[: rules.max_documents]
    for number, document in enumerate(wanted, 1):
        asked = endpoint.question(document)
        found = chat.ask(endpoint.SYSTEM, asked, endpoint.MOST_TOKENS, endpoint.read)
        if chat.ended and found is None:
            return
        on_progress({"step": number, "total": len(wanted), "stage": "synthetic queries"})
        if found is not None:
            yield document, endpoint.proposed(document, found)


def _told(chat: Chat) -> str:
    """Return what the endpoint gave and cost, and why no more."""
    wrong = f"; {chat.unusable:,} questions had no usable answer" if chat.unusable else ""
    return f"by a language model ({chat.spent}){wrong}" + (f"; {chat.ended}" if chat.ended else "")
