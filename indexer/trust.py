"""What the indexer believes, and by what: signatures, the audit trail read by them, and the shelf's hashes."""

from dataclasses import dataclass

from schemas.learning import ModelTrained
from schemas.packet import Scores
from stores.errors import Refused
from stores.evaluation import unsupported
from stores.shelf import Shelf
from stores.signing import Signing
from stores.trail import Trail

WIN, UNPROVEN = "WIN", "UNPROVEN"


@dataclass(frozen=True, slots=True)
class Trust:
    """The three that are asked before anything is decided or shown."""

    signing: Signing
    trail: Trail
    shelf: Shelf

    def scores(self, trained: ModelTrained) -> Scores:
        """Return the scores behind the run's win as they are now, and whether they support it."""
        found = self.trail.evaluation(trained.tenant, trained.run, trained.snapshot)
        problem = unsupported(found, trained.comparison, trained.evaluation)
        return Scores(queries=found.queries, difference=found.difference, sha256=found.sha256, problem=problem)

    def check_files(self, tenant: str, model: str, manifest: str) -> None:
        """Read the model's files. Raises `Refused` unless every byte is what the manifest says."""
        if not manifest:
            raise Refused(f"nobody said which files the model '{model}' has; train again")
        self.shelf.fetch(tenant, model, manifest)
