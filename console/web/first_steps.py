"""The first steps of a tenant, those that are done ticked, each with what there is of it."""

from typing import NamedTuple

from operations.connections import Connections
from operations.rebuild import documents
from stores import configuration
from trainer.config import TrainingConfig


class Step(NamedTuple):
    """What to do, commands in backticks; what there is of it; where more stands, as a path, and what that is called."""

    words: str
    done: bool
    counted: str = ""
    path: str = ""
    name: str = ""


class Begun(NamedTuple):
    """What there is of a tenant: documents, searches and over how many days, queries with an opened result, a run."""

    documents: int = 0
    searches: int = 0
    days: int = 0
    opened: int = 0
    run: str = ""


def begun(stores: Connections, tenant: str) -> Begun:
    """Return it. Raises `Retryable`."""
    searches = stores.warehouse.query("searches_counted", tenant=tenant)[0]
    opened = stores.warehouse.query("opened_queries", tenant=tenant)[0]["queries"]
    runs = stores.warehouse.query("runs_newest", tenant=tenant, limit=1)
    shown = documents(stores, tenant).shown
    return Begun(shown, int(searches["searches"]), int(searches["days"]), int(opened), runs[0]["run"] if runs else "")


def read(stores: Connections, tenant: str) -> list[Step]:
    """Return the steps of a tenant, empty for none yet. Raises `Retryable`, `Misconfigured` for rules that are none."""
    rules = configuration.load("training", TrainingConfig, stores.where.home)
    return steps(tenant, begun(stores, tenant) if tenant else Begun(), rules)


def steps(tenant: str, found: Begun, rules: TrainingConfig) -> list[Step]:
    """Return the steps, in their order. Pure."""
    of, own = f"--tenant {tenant or 'T'}", f"?tenant={tenant}" if tenant else ""
    enough = rules.queries_needed
    return [
        Step(
            f"Bring documents: `tidewheel connect pages DIR {of} --acl everyone`"
            + ("" if tenant else ", where T is your name for whose data it is, such as your company's"),
            found.documents > 0,
            _count(found.documents, "document"),
        ),
        Step(
            f"Bring what people searched for and opened: `tidewheel connect searches LOG {of}`, or send it as it "
            "happens, by the gateway or the SDK.",
            found.searches > 0,
            f"{_count(found.searches, 'search', 'searches')} in {_count(found.days, 'day')}" if found.searches else "",
        ),
        Step(
            f"Wait for enough of it: a training needs at least {rules.gate.min_queries:,} held-out queries after which "
            f"people opened something, and {rules.min_examples:,} examples to learn from. A log is large enough when "
            f"people opened a result after about {enough:,} different queries.",
            found.opened >= enough,
            f"{found.opened:,} such queries so far" if found.searches else "",
            f"/runs{own}",
            "What a training can expect",
        ),
        Step(
            f"Ask for a new model on the page Runs, or by `tidewheel retrain {of}`; or bring one: "
            f"`tidewheel adopt MODEL {of}`",
            bool(found.run),
            "",
            f"/runs/{found.run}{own}" if found.run else f"/runs{own}",
            f"The newest run, {found.run}" if found.run else "Ask for a training",
        ),
        Step("Decide on it.", False, "", f"/cutover{own}", "Cutover"),
    ]


def goes_on(tenant: str, gateway: str) -> list[str]:
    """Return how people get to a tenant's search, and how what they do comes back: commands in backticks. Pure.

    `gateway` is its address, empty where none has run in this home.
    """
    at = f"`{gateway}/v1/search`" if gateway else "`/v1/search` of the gateway, which `tidewheel up` starts,"
    key = f"`tidewheel keys add --tenant {tenant} --scope search --scope events --name intranet`"
    return [
        f"Your own page or program asks {at} with a key: {key}. Who searches, a person token says: "
        f"`tidewheel keys token --tenant {tenant} --user ana`.",
        "What people search for and open there comes back as it happens: a search by itself, a click by `/v1/clicks`.",
        f"What they do elsewhere, bring every week: `tidewheel connect searches LOG --tenant {tenant}`; and changed "
        f"documents: `tidewheel connect pages DIR --tenant {tenant} --acl everyone`. Nothing is sent twice.",
    ]


def _count(number: int, one: str, more: str = "") -> str:
    """Return a number of things; empty for none."""
    return "" if not number else f"{number:,} {one}" if number == 1 else f"{number:,} {more or one + 's'}"
