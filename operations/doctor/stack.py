"""Rules about stores, topics, schema, services, clocks and tenants, by what was read of them. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from operations.doctor.finding import Finding, well
from schemas.codec import MAX_CLOCK_SKEW
from stores.broker import MAX_MESSAGE_BYTES

_SKEW_WATCH_S = 5.0
_LISTED = 5
_RESTARTS = 3


def answers(store: str, setting: str, error: str) -> Finding:
    """Judge a store by the error of asking it; empty when it answered."""
    if not error:
        return well(store, f"{store} answers")
    return Finding(
        store, "wrong", f"{store} does not answer as it should: {error}",
        {"Kafka": "no event gets in; producers wait", "Redis": "nothing is served, and no session is closed",
         "ClickHouse": "nothing is stored; the streams wait", "Milvus": "no search is answered"}[store],
        f"start it (tidewheel up) or correct TIDEWHEEL_{setting.upper()}",
    )  # fmt: skip


def topics(wanted: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, str] | None]) -> list[Finding]:
    """Judge topics against the settings that ours are made with; a broker that tells none has None."""
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        return [Finding(
            "topics", "wrong", f"missing: {', '.join(missing)}", "what is sent to a topic that is not there is lost",
            "make them: tidewheel up, or any tidewheel emit",
        )]  # fmt: skip
    wrong = [problem for name in sorted(wanted) if (problem := _setting(name, wanted[name], found[name]))]
    return wrong or [well("topics", f"all {len(wanted)} are there, with the right settings")]


def _setting(name: str, wanted: Mapping[str, str], found: Mapping[str, str] | None) -> Finding | None:
    if found is None:
        return None
    if "compact" in wanted.get("cleanup.policy", "") and "compact" not in found.get("cleanup.policy", "compact"):
        return Finding(
            "topics", "wrong", f"{name} deletes by age where it should keep the newest event of each document",
            "a lost ClickHouse could not be filled again from the topic",
            f"kafka-configs.sh --alter --topic {name} --add-config cleanup.policy=compact",
        )  # fmt: skip
    most = found.get("max.message.bytes", "")
    if most.isdigit() and int(most) < MAX_MESSAGE_BYTES:
        return Finding(
            "topics", "watch", f"{name} takes {int(most):,} bytes a message, ours have up to {MAX_MESSAGE_BYTES:,}",
            "producers are refused documents that we could take",
            f"kafka-configs.sh --alter --topic {name} --add-config max.message.bytes={MAX_MESSAGE_BYTES}",
        )  # fmt: skip
    return None


def schema(known: Collection[int], applied: Collection[int]) -> Finding:
    """Judge the migrations that were applied against those of this release."""
    waiting, newer = sorted(set(known) - set(applied)), sorted(set(applied) - set(known))
    if waiting:
        return Finding(
            "schema", "wrong", f"migrations not applied: {', '.join(f'{number:04d}' for number in waiting)}",
            "queries name tables and columns that are not there yet", "apply them: tidewheel up, or start the streams",
        )  # fmt: skip
    if newer:
        return Finding(
            "schema", "wrong", f"the tables are those of a later release (migration {newer[-1]:04d})",
            "this release writes rows that the later one does not expect", "install the later release here too",
        )  # fmt: skip
    return well("schema", f"all {len(known)} migrations are applied")


def services(rows: Sequence[Mapping[str, Any]], indexers: Sequence[str], embedded: bool) -> list[Finding]:
    """Judge the programs of the embedded stack, and whether an indexer has said within its lease that it lives."""
    found = [each for row in rows if (each := _program(row))]
    if not indexers:
        found.append(Finding(
            "services", "wrong", "no indexer has said within its lease that it lives",
            "documents are not indexed, and nothing that you approve goes live",
            "start the services: tidewheel up -d" if embedded else "start one: python -m indexer",
        ))  # fmt: skip
    return found or [well("services", f"{len(rows)} programs are up, {len(indexers)} indexers at work")]


def _program(row: Mapping[str, Any]) -> Finding | None:
    name, problem = row["part"], row["problem"]
    if not row["up"] or problem:
        what = f"{name} is up, but {problem}" if row["up"] else f"{name} is down {problem}".strip()
        return Finding(
            "services", "watch" if row["up"] else "wrong", what,
            "what it does stands still until it is back", f"see the end of its log in HOME/logs ({name}.err)",
        )  # fmt: skip
    if row["restarts"] > _RESTARTS:
        return Finding(
            "services", "watch", f"{name} was started again {row['restarts']} times",
            "it loses nothing by that, but something ends it again and again", f"see its log in HOME/logs ({name}.err)",
        )  # fmt: skip
    return None


def clock(store: str, ahead_s: float) -> Finding:
    """Judge how far this machine's clock is ahead of a store's, in seconds (behind: negative)."""
    what = f"this machine's clock is {abs(ahead_s):,.1f} s {'ahead of' if ahead_s > 0 else 'behind'} that of {store}"
    if abs(ahead_s) < _SKEW_WATCH_S:
        return well("clock", f"this machine and {store} have the same time")
    return Finding(
        "clock", "wrong" if abs(ahead_s) >= MAX_CLOCK_SKEW.total_seconds() else "watch", what,
        "events dated five minutes ahead and more are dead letters, and sessions close too early or too late",
        "let both follow a time server (chrony, systemd-timesyncd)",
    )  # fmt: skip


def tenant(row: Mapping[str, Any]) -> list[Finding]:
    """Judge a tenant by its row of `operations.status.tenants`."""
    name, found = row["tenant"], list[Finding]()
    for sentence in row["lost"]:
        found.append(Finding(
            "tenant", "wrong", f"{name}: {sentence}", "searches miss documents, or find none",
            "wait while it is being rebuilt; if it stands still: tidewheel rebuild --tenant " + name,
        ))  # fmt: skip
    if row["unsigned"]:
        found.append(Finding(
            "tenant", "wrong", f"{name}: what is live is not what was signed: {row['unsigned']}",
            "somebody moved the serving record without an approval",
            f"look at who can write to Redis, then: tidewheel rollback --tenant {name}",
        ))  # fmt: skip
    for audit in row["audits"]:
        if (left := audit["found"] - audit["mended"]) > 0:
            found.append(Finding(
                "tenant", "wrong", f"{name}: {left:,} rows of {audit['collection']} are wrong and not mended",
                "searches show what the documents no longer say", "see the indexer's log; it mends what it can write",
            ))  # fmt: skip
    if row["live"] is None and not row["lost"]:
        found.append(Finding(
            "tenant", "watch", f"{name}: nothing is live; {row['waiting']:,} documents wait to be indexed",
            "searches find nothing yet", "wait for the indexer, or send documents: tidewheel emit, tidewheel connect",
        ))  # fmt: skip
    if found:
        return found
    live = row["live"]["collection"]
    return [well("tenant", f"{name}: {live} is live and there, {row['waiting']:,} documents wait")]


def ledger(rows: Iterable[Mapping[str, Any]]) -> Finding:
    """Judge whether every event that was read is accounted for."""
    missing = {row["topic"]: row["missing"] for row in rows if row["missing"]}
    if not missing:
        return well("ledger", "no event is missing")
    return Finding(
        "ledger", "wrong", "missing: " + ", ".join(f"{count:,} of {topic}" for topic, count in missing.items()),
        "the rows do not show what became of them", "tidewheel ledger shows which; tell whoever runs ClickHouse",
    )  # fmt: skip


def letters(rows: Sequence[Mapping[str, Any]]) -> Finding:
    """Judge the dead letters that were not sent again, by topic and code."""
    every = [(row["letters"] - row["replayed"], row["topic"], row["code"]) for row in rows]
    waiting = [each for each in every if each[0] > 0 and each[2] != "forgotten"]
    if not waiting:
        return well("letters", "no dead letter waits")
    named = ", ".join(f"{count:,} of {topic} ({code})" for count, topic, code in waiting[:_LISTED])
    return Finding(
        "letters", "watch", f"dead letters wait: {named}", "what they say is in no search and no model",
        "read why: tidewheel dead-letters list; after a fix: tidewheel dead-letters replay",
    )  # fmt: skip
