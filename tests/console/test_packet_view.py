"""A packet on a terminal: what was found, in numbers, and people's own words as they are."""

import io

from rich.console import Console
from rich.table import Table

from console import packet_words
from console.packet_view import print_packet, side_by_side, summary
from schemas.fusion import Fusion
from schemas.learning import RungTried
from schemas.opinion import Opinion
from schemas.packet import ExampleQuery, HeldOut, Latency, Packet, ShadowTest, ShownDocument, Side
from tests.schemas.packets import WON, packet

TESTED = ShadowTest(
    queries=40, overlap_at_10=0.6, judged=7, ndcg_live=0.25, ndcg_shadow=0.5, different=(), better=(), worse=(),
    latency_live=Latency(p50_ms=3.4, p95_ms=9.6), latency_shadow=Latency(p50_ms=4.0, p95_ms=11.0),
)  # fmt: skip


def drawn(table: Table, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(table)
    return out.getvalue()


def printed(shown: Packet, width: int = 200) -> str:
    out = io.StringIO()
    print_packet(shown, Console(file=out, width=width, force_terminal=False))
    return out.getvalue()


def rows(result: str) -> dict[str, str]:
    names = ("replaces", "by", "rungs", "gate", "alone", "ranking", "proof", "real queries", "speed")
    return {
        name: line[len(name) :].strip() for line in result.splitlines() for name in names if line.startswith(f"{name} ")
    }


def asked(query: str, *titles: str, wanted: int | None = None, ndcg: float | None = 0.5) -> ExampleQuery:
    shown = tuple(ShownDocument(document=f"d{n}", title=title, wanted=n == wanted) for n, title in enumerate(titles))
    return ExampleQuery(query=query, ndcg_live=ndcg, ndcg_shadow=None, live=shown, shadow=shown[::-1])


def test_the_summary_says_what_replaces_what_and_what_was_found() -> None:
    result = rows(drawn(summary(packet(shadow_test=TESTED)), width=250))
    assert result["replaces"] == "base in B (version 1)"
    assert result["by"] == "m in C"
    assert result["gate"] == (
        "WIN on 50 held-out queries: nDCG@10 as served 0.700 live (- with other weights), 0.800 candidate; "
        "difference +0.050 to +0.150 (95 %)"
    )
    assert result["alone"] == (
        "nDCG@10 of vectors - live, 0.700 base, - candidate; of words 0.600 (BM25), with clicked queries -"
    )
    assert result["ranking"] == "50 % by meaning, 50 % by words; live 50 % by meaning, 50 % by words. ranks"
    for name, said in (
        ("proof", packet_words.proof(packet().proof)), ("real queries", packet_words.real_queries(TESTED)),
        ("speed", packet_words.speed(TESTED)),
    ):  # fmt: skip
        assert said.startswith(result[name][:150]), "as the page Cutover says it"


def test_the_summary_says_which_look_at_the_hold_out_it_was_and_what_is_spent() -> None:
    seen = packet(shadow_test=TESTED)
    later = seen.comparison.model_copy(update={"look": 3, "level": 0.025 / 12, "spent": 0.0292})
    result = rows(drawn(summary(seen.model_copy(update={"comparison": later})), width=300))
    assert result["gate"].endswith("(99.58 %); look 3 at the hold-out, 2.9 % chance of a false win spent")


def test_what_a_model_does_alone_stands_beside_what_is_served_and_the_weights_are_named() -> None:
    update = {"ndcg_live_reweighted": 0.69, "dense_live": 0.61, "dense_candidate": 0.77}
    own, before = Fusion(dense=0.7), Side(model="base", collection="B", serving_version=1, weights=Fusion(dense=0.4))
    shown = packet(comparison=WON.model_copy(update=update), weights=own, live=before)
    result = rows(drawn(summary(shown), width=250))
    assert "0.700 live (0.690 with other weights), 0.800 candidate" in result["gate"]
    assert "vectors 0.610 live, 0.700 base, 0.770 candidate; of words 0.600" in result["alone"]
    assert result["ranking"] == "70 % by meaning, 30 % by words; live 40 % by meaning, 60 % by words. ranks"


def test_what_was_not_measured_is_a_dash_and_no_zero() -> None:
    result = rows(drawn(summary(packet())))
    assert result["real queries"] == "Nobody has searched yet: none were compared."
    assert result["speed"] == "live: not measured; new: not measured"


def test_the_first_documents_of_both_stand_side_by_side_and_what_was_opened_is_marked() -> None:
    result = drawn(side_by_side("T", [asked("travel", "one", "two", "", "four", wanted=1)]))
    assert "* two" in result
    assert "  one" in result
    assert "  d2" in result, "a document without a title is named by its id"
    assert result.count("one") == 1, "it is the shadow's fourth, and three are shown"
    assert result.count("gain 0.500") == result.count("gain -") == 1


def test_queries_and_titles_are_nobody_s_markup() -> None:
    query, title = "[bold]ana[/bold] [/x] [link=http://x]y", "[red]merger[/red] [/] \\[z]"
    result = drawn(side_by_side("T", [asked(query, title)]), 200)
    assert query in result
    assert title in result


def test_no_word_is_broken_and_a_long_one_is_cut_at_its_end() -> None:
    result = drawn(side_by_side("T", [asked("where is the " + "x" * 90, "parental leave and other absences")]), 60)
    words = {word.strip("│┃") for line in result.splitlines() for word in line.split()}
    assert {"parental", "leave", "absences", "where"} <= words
    assert any(word.startswith("xxx") and word.endswith("…") for word in words)
    assert max(map(len, result.splitlines())) <= 60


def test_a_terminal_obeys_no_word_of_a_packet() -> None:
    odd = "\x1b[31mred \x9b2J\rover \x07 abc\u202ecba"
    view = packet(shadow_test=TESTED.model_copy(update={"better": (asked(odd, odd),)}), model=f"m {odd} [/x]")
    result = printed(view)
    assert not {character for character in result if character in "\x1b\x9b\r\x07\u202e"}
    assert result.count("\\x1b[31mred") == 4


def test_examples_are_shown_where_there_are_some_and_how_to_decide_always() -> None:
    plain = printed(packet())
    digest = packet().digest
    assert f"tidewheel approve --tenant acme --packet {digest[:12]}\n" in plain
    assert f"tidewheel refuse --tenant acme --packet {digest[:12]} --reason ...\n" in plain
    assert plain.startswith(f"Packet {digest}")
    assert "queries: " not in plain.replace("held-out queries: nDCG", "")
    held = HeldOut(wins=(asked("won"),), losses=(asked("lost"),))
    test = TESTED.model_copy(update={"better": (asked("gained"),), "worse": (asked("spoilt"),)})
    result = printed(packet(held_out=held, shadow_test=test))
    assert "can exceed 1" in " ".join(result.split())
    assert "can exceed 1" not in plain
    order = [
        "best wins", "won", "worst losses", "lost", "new is better", "gained",
        "new is worse", "spoilt",
    ]  # fmt: skip
    at = [result.index(part) for part in order]
    assert at == sorted(at)


def test_what_is_to_be_copied_is_never_broken_into_lines() -> None:
    shown = packet()
    assert f"--packet {shown.digest[:12]}\n" in printed(shown, width=40)
    assert f"Packet {shown.digest}\n" in printed(shown, width=40)


def test_a_packet_of_which_not_all_is_shown_names_its_own_hash_and_says_so() -> None:
    whole = printed(packet())
    assert "more queries" not in whole
    out = io.StringIO()
    print_packet(packet(), Console(file=out, width=200), digest="f" * 64, left_out=2)
    assert out.getvalue().count("f" * 12) >= 3
    assert packet().digest[:12] not in out.getvalue()
    assert "2 more queries were for everyone when the packet was made" in out.getvalue()


def test_rungs_are_shown_with_gain_and_price_and_what_is_served_from_live_says_so() -> None:
    tried = tuple(
        RungTried(rung=name, queries=44, gain=gain, low=0.0, high=0.06, seconds=9, documents=of, passages=of)
        for name, gain, of in (("weights", 0.02, 0), ("full", 0.025, 1_200))
    )
    gate = WON.model_copy(update={"rung": "weights", "rungs": tried})
    result = rows(drawn(summary(packet(shadow_test=TESTED, comparison=gate, served_from="B")), width=250))
    assert result["by"] == "m in B, the collection that is live: no document is embedded"
    assert result["rungs"] == (
        "on 44 validation queries: weights (this) +0.020 (+0.000 to +0.060) in 9 s, 0 documents to embed; "
        "full +0.025 (+0.000 to +0.060) in 9 s, 1,200 documents to embed"
    )
    assert rows(drawn(summary(packet(shadow_test=TESTED)), width=250))["rungs"] == "-"


def test_queries_that_were_made_and_an_opinion_stand_there_where_there_are_any() -> None:
    said = Opinion(
        model="some-model", queries=40, depth=5, ndcg_live=0.5, ndcg_candidate=0.6, difference=0.1, low=-0.05,
        high=0.25, said="40 of 40 queries judged",
    )  # fmt: skip
    gate = WON.model_copy(update={"synthetic": "120 synthetic queries for 60 documents", "opinion": said})
    result = drawn(summary(packet(shadow_test=TESTED, comparison=gate)), width=250)
    assert "learned with  120 synthetic queries for 60 documents" in result
    assert "opinion       a language model's opinion (some-model), which decides nothing: nDCG@5 0.500 live" in result
    plain = drawn(summary(packet(shadow_test=TESTED)), width=250)
    assert "opinion" not in plain
    assert "learned with" not in plain
