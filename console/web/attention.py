"""What needs a person now, most urgent first, and what is good to know: a pure rule on what `operations` found."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from console.web.signal_words import words

Row = dict[str, Any]


class Need(NamedTuple):
    """One thing to look at.

    `urgency` is `bad`, `warn`, or `info` for what needs no action; `view` is where, `tenant` whose if not the page's.
    """

    urgency: str
    words: str
    view: str
    tenant: str = ""


def needs(
    tenant: Row | None,
    waiting: Sequence[str],
    events: Sequence[Row],
    letters: int,
    refused: Sequence[Row],
    processes: Sequence[Row],
    advice: str = "",
    over: bool = False,
    asked: bool = False,
) -> list[Need]:
    """Return what needs a person.

    `tenant` is its status, `waiting` the tenants whose model waits for a decision, `events` the ledger by topic,
    `letters` the dead letters that were not sent again, `refused` decisions that were turned away, `processes` those of
    the embedded stack, `advice` what to do about a loss since the last cutover. `asked` is whether the newest window of
    drift asked for a training, `over` whether that has ended.
    """
    found: list[Need] = []
    found += [Need("bad", f"The service {one['part']} is down. {one['problem']}".strip(), "now") for one in processes
              if not one["up"]]  # fmt: skip
    lost = sum(int(row["missing"]) for row in events)
    if lost:
        found.append(Need("bad", f"{lost:,} events are missing: they were read and are in no table.", "data"))
    if advice:
        found.append(Need("bad", f"People find less since the last cutover: {advice}.", "cutover"))
    if tenant is not None:
        found += _of_tenant(tenant, tenant["tenant"] in waiting, over, asked)
    own = tenant["tenant"] if tenant else ""
    found += [Need("warn", f"A new model of {name} waits for your decision.", "cutover", name) for name in waiting
              if name != own]  # fmt: skip
    if letters:
        found.append(
            Need("warn", f"{_count(letters, 'event')} could not be accepted and wait to be looked at.", "data")
        )
    found += [
        Need("warn", f"{row['events']:,} decisions were {row['code']} and turned away.", "audit") for row in refused
    ]
    return sorted(found, key=lambda need: ("bad", "warn", "info").index(need.urgency))


def _of_tenant(tenant: Row, waits: bool, over: bool, asked: bool) -> list[Need]:
    found = [Need("bad", words, "now") for words in (tenant["unsigned"], *tenant["lost"]) if words]
    if waits:
        found.append(Need("warn", "A new model waits for your decision.", "cutover"))
    tripped = [row["signal"] for row in tenant["drift"] if row["verdict"] == "tripped" and not over]
    suspect = [row["signal"] for row in tenant["drift"] if row["verdict"] == "suspect"]
    if tripped and asked:
        words = f"Drift tripped: {_names(tripped)}. A training was asked for and goes on by itself."
        found.append(Need("info", words, "drift"))
    elif tripped:
        found.append(Need("warn", f"Drift tripped: {_names(tripped)}.", "drift"))
    elif suspect:
        words = (
            f"Drift is suspected: {_names(suspect)}. There is nothing to do; if it goes on, a training is asked for."
        )
        found.append(Need("info", words, "drift"))
    return found


def _names(signals: Sequence[str]) -> str:
    return ", ".join(words(signal).title for signal in signals)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
