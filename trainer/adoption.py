"""A model from elsewhere as the candidate of a run: offered, not learned, and judged as one of our own would be.

    tidewheel adopt ▸ shelf of offers ▸ its files held against the request ▸ validation ▸ the same look and gate

It may be of another dimension, tokenizer, prompts or pooling: its documents are cut as its own index would have them.
What a run refused is offered like it (`tidewheel runs judge`), and may have a query side.
"""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from retrieval.query_side import FILE, QuerySide, documents_of
from schemas.learning import TrainingRequested
from stores.errors import Refused
from trainer.context import RunContext
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.judged_files import OF_ITS_OWN, judged_files
from trainer.judging.corpus import Vectors
from trainer.judging.ladder import ADOPT, no_gain
from trainer.judging.questions import Questions
from trainer.judging.validation import Validation
from trainer.ladder import COMPARING, Candidate, Chosen, cut_by, embedded, tried_of
from trainer.run_directory import RunDirectory
from trainer.run_status import RunStatus


@dataclass(frozen=True, slots=True)
class Adoption:
    """One run's offer. `vectors` are live's of the texts of `asked`; `live` and `manifest` are of the live model."""

    context: RunContext
    directory: RunDirectory
    status: RunStatus
    snapshot: Snapshot
    split: Split
    asked: Questions
    vectors: Vectors
    live: Path
    manifest: str

    def candidate(self, request: TrainingRequested) -> Chosen:
        """Return the offered model, or why the hold-out is not asked with it.

        Raises `Refused` for files that are not those which were offered, or that keep documents of another model.
        """
        context, began = self.context, time.monotonic()
        path = context.offers.fetch(request.tenant, request.adopt or "", request.manifest or "")
        side = QuerySide.of(path)
        if side is not None and side.documents != documents_of(self.live, self.manifest):
            raise Refused(f"'{request.adopt}' keeps the documents of a model that is not live any more; train again")
        judged = judged_files(path)
        cut = cut_by(path, self.live, context, self.snapshot, self.split)
        made = embedded(path, cut or self.asked, context, self.directory, self.status, self.snapshot)
        candidate = Candidate(
            ADOPT, made.vectors, lambda: self._copied(path), time.monotonic() - began, judged,
            side.documents if side else None, None if side else made, cut,
        )  # fmt: skip
        return self._chosen(candidate)

    def _chosen(self, candidate: Candidate) -> Chosen:
        least = self.context.config.evaluation.min_validation
        if (count := len(self.asked.validation)) < max(1, least):
            return Chosen(candidate)
        self.status.stage(COMPARING)
        judge = Validation(self.asked, self.vectors, self.context.fusion(self.snapshot.tenant), least)
        tried = (tried_of(candidate, judge, self.asked, self.snapshot),)
        if tried[0].gain > 0:
            return Chosen(candidate, tried)
        return Chosen(None, tried, (no_gain("the offered model does not rank", count, judge.of_live, tried),))

    def _copied(self, model: Path) -> Path:
        """Return the directory of the run with the model's files, without what is about an offer alone."""
        output = self.directory.path / ADOPT
        apart = [name for name in OF_ITS_OWN if name != FILE]
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(model, output, ignore=lambda at, _: apart if Path(at) == model else [])
        return output
