"""Models and run directories that are over go, by the rules of `stores.retention`, while their tenant is not trained.

A model is off the shelf before its first file goes, and a removal that was cut short is ended by the next cleaning.
"""

import logging
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from schemas.instants import is_over
from stores import retention, run_directories
from stores.retention import InUse, RetentionConfig
from stores.run_directories import Ended
from stores.serving import Serving
from stores.shelf import Shelf

LOG = logging.getLogger(__name__)


class Cleaner:
    """Cleans all tenants, no more often than the rules say; `home` has the directories of runs.

    Nothing of `offers` is in use but by a run: an offer goes by its age alone. `alone` keeps other trainers from a
    tenant, and says whether none is at work for it; one that is worked for is cleaned at another time.
    """

    def __init__(
        self,
        serving: Serving,
        shelf: Shelf,
        home: Path,
        config: RetentionConfig,
        clock: Callable[[], datetime],
        offers: Shelf | None = None,
        alone: Callable[[str], AbstractContextManager[bool]] = lambda _: nullcontext(True),
    ) -> None:
        self._offers = offers
        self._alone = alone
        self._serving = serving
        self._shelf = shelf
        self._home = home
        self._config = config
        self._clock = clock
        self._cleaned_at: datetime | None = None

    def clean(self) -> bool:
        """Remove what is over, if it is time; return whether it was. Raises `Retryable`, and then goes on later."""
        now = self._clock()
        pause = timedelta(seconds=self._config.pause_s)
        if self._cleaned_at is not None and not is_over(pause, self._cleaned_at, now):
            return False
        self._cleaned_at = now  # before: what goes wrong now is tried at the next cleaning, not at every look
        ended, models = run_directories.ended(self._home), self._shelf.tenants()
        offered = self._offers.tenants() if self._offers is not None else []
        for tenant in sorted({*models, *offered, *ended}):
            with self._alone(tenant) as free:
                if free:
                    self._models(tenant, now)
                    if self._offers is not None:
                        self._clean_offers(self._offers, tenant, now - timedelta(days=self._config.model_days))
                    self._runs(tenant, ended.get(tenant, {}))
        return True

    def _runs(self, tenant: str, ended: Mapping[str, Ended]) -> None:
        for run in retention.runs_over({name: each.at for name, each in ended.items()}, self._config):
            self._remove_run(run_directories.directory_of(self._home, tenant, run))
            LOG.info("%s: the directory of %s is removed", tenant, run)

    def _remove_run(self, directory: Path) -> None:
        """Remove an ended run's directory; the event that says that it ended goes last."""
        for path in directory.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        shutil.rmtree(directory)

    def _clean_offers(self, offers: Shelf, tenant: str, latest: datetime) -> None:
        over = [model for model, entry in offers.models(tenant).items() if entry.created_at < latest]
        for model in [*offers.half_removed(tenant), *over]:
            offers.remove(tenant, model)
            LOG.info("%s: the offer %s is over", tenant, model)

    def _models(self, tenant: str, now: datetime) -> None:
        for model in self._shelf.half_removed(tenant):
            self._shelf.remove(tenant, model)
        states, collections = self._serving.states(tenant), self._serving.collections(tenant)
        use = InUse(self._serving.record(tenant), states, collections)  # read last: it decides what is in use
        made = {model: entry.created_at for model, entry in self._shelf.models(tenant).items()}
        for model in retention.models_over(made, use, now, self._config):
            self._shelf.remove(tenant, model)
            LOG.info("%s: the model %s is over and off the shelf", tenant, model)
