"""A packet as an operator reads it: the gate, the proof, the shadow test, and real queries side by side."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console import packet_words
from console.text import columns, elided, printable, printable_lines
from retrieval.fusion import in_words
from schemas.learning import Comparison
from schemas.packet import ExampleQuery, Packet, ShownDocument

_SHORT = 12
"""Digits of the hash that name the packet in a command: more than enough for one that waits."""
_LONGEST = 120
"""Columns of a query or a title in a cell."""

_GAIN = "Gain is nDCG@10, of held-out queries corrected for what people were shown: then it can exceed 1."


def print_packet(packet: Packet, console: Console | None = None, digest: str | None = None, left_out: int = 0) -> None:
    """Print the packet and how to decide on it.

    `digest` is the hash of the whole packet where `left_out` of its examples may not be shown any more.
    """
    console, digest = console or Console(width=columns(), highlight=False), digest or packet.digest
    console.print(_text(f"Packet {digest}"), style="bold", soft_wrap=True)
    console.print(summary(packet))
    test, held = packet.shadow_test, packet.held_out
    for title, examples in (
        ("Held-out queries: best wins", held.wins),
        ("Held-out queries: worst losses", held.losses),
        ("Recent queries: new is better", test.better),
        ("Recent queries: new is worse", test.worse),
    ):
        if examples:
            console.print(side_by_side(title, examples))
    if any((held.wins, held.losses, test.better, test.worse)):
        console.print(f"\n{_GAIN}")
    if left_out:
        console.print(f"\n{left_out} more queries were for everyone when the packet was made, and are not now.")
    which = f"--tenant {packet.tenant} --packet {digest[:_SHORT]}"
    console.print(_text(f"\nLet it in:  tidewheel approve {which}"), soft_wrap=True)
    console.print(_text(f"Refuse it:  tidewheel refuse {which} --reason ..."), soft_wrap=True)


def summary(packet: Packet) -> Table:
    """Return what the gate, the verification and the shadow test found, a row each."""
    gate, test, live = packet.comparison, packet.shadow_test, packet.live
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="ellipsis")
    for name, found in (
        ("replaces", f"{live.model} in {live.collection} (version {live.serving_version})"),
        ("by", f"{packet.model} in {packet.served_from or packet.collection}{_kept(packet)}"),
        ("rungs", _rungs(gate)),
        (
            "gate",
            f"{packet.run_verdict} on {gate.queries} held-out queries: nDCG@10 as served {gate.ndcg_live:.3f} live "
            f"({_number(gate.ndcg_live_reweighted)} with other weights), {gate.ndcg_candidate:.3f} candidate; "
            f"difference {gate.low:+.3f} to {gate.high:+.3f} ({100 * gate.confidence:.4g} %){_look(gate)}",
        ),
        (
            "alone",
            f"nDCG@10 of vectors {_number(gate.dense_live)} live, {gate.ndcg_base:.3f} base, "
            f"{_number(gate.dense_candidate)} candidate; of words {gate.ndcg_bm25:.3f} (BM25), with clicked queries "
            f"{_number(gate.ndcg_bm25_clicked)}",
        ),
        (
            "clicks",
            f"corrected for what people were shown, of {gate.corrected or 0} of the queries; as they are: nDCG@10 "
            f"{_number(gate.clicks_live)} live, {_number(gate.clicks_candidate)} candidate",
        ),
        ("ranking", f"{in_words(packet.weights)}; live {in_words(live.weights)}. {packet.fusion}"),
        ("proof", packet_words.proof(packet.proof)),
        ("real queries", packet_words.real_queries(test)),
        *_asides(gate),
        ("tolerates", packet.tolerates),
        ("speed", packet_words.speed(test)),
    ):
        table.add_row(name, _text(found))
    return table


def side_by_side(title: str, examples: Sequence[ExampleQuery], first: int = 3) -> Table:
    """Return a table of queries with the first results of both; `*` marks documents that people opened."""
    table = Table(title=title, title_justify="left", header_style="bold", show_lines=True)
    table.add_column("query", ratio=2, overflow="ellipsis")
    table.add_column("live", ratio=3, overflow="ellipsis")
    table.add_column("new", ratio=3, overflow="ellipsis")
    for example in examples:
        table.add_row(
            _text(elided(printable(example.query), _LONGEST)),
            _results(example.live[:first], example.ndcg_live),
            _results(example.shadow[:first], example.ndcg_shadow),
        )
    return table


def _results(shown: Sequence[ShownDocument], ndcg: float | None) -> Text:
    names = [elided(printable(each.title or each.document), _LONGEST) for each in shown]
    lines = [f"{'*' if each.wanted else ' '} {name}" for each, name in zip(shown, names, strict=True)]
    return _text("\n".join([*lines, f"  gain {_number(ndcg)}"]))


def _text(found: str) -> Text:
    """Return words of anybody's as they are: no markup, and nothing that a terminal would obey."""
    return Text(printable_lines(found))


def _look(gate: Comparison) -> str:
    """Return which look at the hold-out this was, and how much of the permitted error the last looks have spent."""
    if gate.look is None:
        return ""
    return f"; look {gate.look} at the hold-out, {100 * (gate.spent or 0):.2g} % chance of a false win spent"


def _asides(gate: Comparison) -> list[tuple[str, str]]:
    """Return what stands beside the figures, where it is there: queries that were made, and an opinion."""
    found = [("learned with", gate.synthetic or ""), ("opinion", gate.opinion.in_words() if gate.opinion else "")]
    return [(name, text) for name, text in found if text]


def _kept(packet: Packet) -> str:
    return ", the collection that is live: no document is embedded" if packet.served_from else ""


def _rungs(gate: Comparison) -> str:
    """Return what was tried on validation queries, the cheapest first, and which of it this is."""
    if not gate.rungs:
        return gate.rung or "-"
    tried = (
        f"{one.rung}{' (this)' * (one.rung == gate.rung)} {one.gain:+.3f} ({one.low:+.3f} to {one.high:+.3f}) in "
        f"{one.seconds:.0f} s, {one.documents:,} documents to embed"
        for one in gate.rungs
    )
    return f"on {gate.rungs[0].queries} validation queries: {'; '.join(tried)}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
