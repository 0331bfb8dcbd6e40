"""A fitting that only notes which stages a rung runs."""

from pathlib import Path

from sentence_transformers import SentenceTransformer

from tests.trainer.learning.fitting import job_for


class Stages:
    """Stands where the fitting process stands."""

    def __init__(self, parent: Path, directory: Path, resumed: bool = False) -> None:
        self.model = SentenceTransformer(str(parent), device="cpu")
        self.job = job_for(directory, parent)
        self.resumed = resumed
        self.contrasted = 0

    def cancelled(self) -> bool:
        return False

    def contrast(self) -> None:
        self.contrasted += 1

    def weights(self) -> dict[str, bytes]:
        return {name: value.numpy().tobytes() for name, value in self.model.state_dict().items()}
