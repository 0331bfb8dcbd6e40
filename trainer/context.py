"""What a run is given: the stores, the rules, the clock, and the way to stop it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from retrieval.access import open_to_all
from retrieval.config import EncoderConfig
from schemas.fusion import EVEN, Fusion
from schemas.learning import TrainingRequested
from stores import access_lists, redis_client, training_status
from stores.access_lists import AccessLists
from stores.chat_answers import ChatAnswers
from stores.embeddings import Embeddings
from stores.serving import Serving
from stores.settings import Settings
from stores.shelf import BASE, Shelf
from stores.signing import Signing
from stores.warehouse import Warehouse
from trainer.chat import Chat
from trainer.config import TrainingConfig
from trainer.data import added_tests, snapshot
from trainer.data.snapshot import Snapshot
from trainer.judging import embed_in_child
from trainer.judging.embed_in_child import Made
from trainer.judging.stored_vectors import StoredVectors
from trainer.learning.child import Cancelled
from trainer.run_directory import RunDirectory
from trainer.run_status import RunStatus


@dataclass(frozen=True, slots=True)
class RunContext:
    """`shelf` holds models, `offers` those that are offered or were refused, and `manifests` snapshots.

    `encoder` is how searches encode; `stop` ends the run, see `trainer.stopping`.
    """

    warehouse: Warehouse
    redis: redis_client.Client
    serving: Serving
    shelf: Shelf
    offers: Shelf
    manifests: Shelf
    home: Path
    config: TrainingConfig
    encoder: EncoderConfig
    clock: Callable[[], datetime]
    stop: threading.Event
    signing: Signing

    @classmethod
    def connect(
        cls,
        settings: Settings,
        config: TrainingConfig,
        encoder: EncoderConfig,
        clock: Callable[[], datetime],
        stop: threading.Event,
    ) -> "RunContext":
        """Open this installation's stores. Raises `Retryable` while the warehouse does not answer."""
        return cls(
            warehouse=Warehouse.connect(settings, timeout_s=120.0),
            redis=redis_client.connect(settings),
            serving=Serving.connect(settings),
            shelf=Shelf.open(settings),
            offers=Shelf.offers(settings),
            manifests=Shelf.snapshots(settings),
            home=settings.home,
            config=config,
            encoder=encoder,
            clock=clock,
            stop=stop,
            signing=Signing(settings),
        )

    def check(self) -> None:
        """Raise `Cancelled` where the run was asked to end."""
        if self.stop.is_set():
            raise Cancelled("asked to stop")

    def live(self, tenant: str) -> str:
        """Return the model that answers the tenant's searches; the base model before there is any."""
        record = self.serving.record(tenant)
        return record.model if record else BASE

    def fusion(self, tenant: str) -> Fusion:
        """Return how the tenant's searches are fused now."""
        record = self.serving.record(tenant)
        return record.fusion if record else EVEN

    def status(self, request: TrainingRequested) -> RunStatus:
        """Return the run's status line."""
        return RunStatus(request.run, partial(training_status.write, self.redis, request.tenant), self.clock)

    def snapshot(self, request: TrainingRequested, path: Path) -> Snapshot:
        """Return the run's snapshot: the one it began with, in the file `path`, or a new one of this moment.

        Raises `Refused` where a file of behaviour tests is wrong.
        """
        if path.is_file():
            return Snapshot.load(path)
        tenant = request.tenant
        taken = snapshot.take(
            self.warehouse, tenant, request.run, self.live(tenant), self.clock(), self.config.snapshot
        )
        taken = replace(taken, tests=added_tests.read(self.home, tenant))
        taken.save(path)
        return taken

    def narrowed(self, taken: Snapshot) -> Snapshot:
        """Return a snapshot in which no document is for everyone that is not by its list of now, or is gone by now.

        A run may be taken up again days after its snapshot. Ask before a text is shown to who has no list. Raises
        `Retryable`.
        """
        names, known = list(taken.documents), dict[str, access_lists.AccessList]()
        for start in range(0, len(names), access_lists.AT_ONCE):
            some = names[start : start + access_lists.AT_ONCE]
            known |= access_lists.current(AccessLists(self.redis), self.warehouse, taken.tenant, some)
        seen = {name for name, one in known.items() if open_to_all(one.groups or ())}
        documents = {
            name: one if name in seen else replace(one, for_everyone=False) for name, one in taken.documents.items()
        }
        return replace(taken, documents=documents)

    def stored_vectors(self, tenant: str, passages: Sequence[str]) -> StoredVectors:
        """Return what is shared with the indexer of the vectors of a tenant's passages."""
        return StoredVectors(Embeddings(self.warehouse), tenant, self.encoder, passages)

    def chat(self, tenant: str, max_calls: int, max_tokens: int) -> Chat:
        """Return the language model that a run of the tenant may ask for one purpose, within these bounds."""
        rules = self.config.chat
        return Chat(rules, ChatAnswers(self.redis, tenant, rules.cached_days), self.stop, max_calls, max_tokens)

    def embed(
        self,
        name: str,
        models: Mapping[str, Path],
        texts: Sequence[str],
        directory: RunDirectory,
        status: RunStatus,
        stored: StoredVectors,
        manifests: Mapping[str, str],
    ) -> dict[str, Made]:
        """Return every model's vectors of the texts, made in a child process; see `embed_in_child.embed`.

        The first texts are the passages of `stored`, all others queries. Those of passages whose models have a manifest
        are shared with the indexer, in both directions.
        """
        known = stored.known(models, manifests)
        made = embed_in_child.embed(
            name, models, texts, directory.path, self.encoder, status.progress, self.stop, self.config.attempts, known,
            len(stored.passages),
        )  # fmt: skip
        for key, manifest in manifests.items():
            stored.keep(models[key], manifest, made[key])
        return made
