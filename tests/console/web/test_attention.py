"""What needs a person, and in which order."""

from typing import Any

from console.web.attention import needs

QUIET: dict[str, Any] = {"tenant": "acme", "unsigned": "", "lost": [], "drift": [{"signal": "fit", "verdict": "ok"}]}


def test_nothing_needs_anybody_when_all_is_well() -> None:
    assert needs(None, [], [], 0, [], []) == []
    assert needs(QUIET, [], [{"missing": 0}], 0, [], [{"part": "redis", "up": True, "problem": ""}]) == []


def test_each_thing_is_named_with_where_to_look_and_the_worst_comes_first() -> None:
    tenant = QUIET | {
        "lost": ["c is gone from Milvus"],
        "drift": [{"signal": "query_drift", "verdict": "tripped"}, {"signal": "fit", "verdict": "suspect"}],
    }
    found = needs(
        tenant, ["acme"], [{"missing": 2}, {"missing": 1}], 1, [{"events": 2, "code": "forged"}],
        [{"part": "trainer", "up": False, "problem": "it ended"}],
    )  # fmt: skip
    assert [(need.urgency, need.view) for need in found] == [
        ("bad", "now"), ("bad", "data"), ("bad", "now"), ("warn", "cutover"), ("warn", "drift"), ("warn", "data"),
        ("warn", "audit"),
    ]  # fmt: skip
    words = " ".join(need.words for need in found)
    for part in (
        "trainer is down. it ended",
        "3 events are missing",
        "Drift tripped: Queries.",
        "1 event could",
        "2 decisions",
    ):
        assert part in words


def test_models_of_other_tenants_wait_too_and_lead_to_their_page() -> None:
    found = needs(QUIET, ["acme", "bolt"], [], 0, [], [])
    assert [(need.words, need.view, need.tenant) for need in found] == [
        ("A new model waits for your decision.", "cutover", ""),
        ("A new model of bolt waits for your decision.", "cutover", "bolt"),
    ]
    assert [need.tenant for need in needs(None, ["bolt"], [], 0, [], [])] == ["bolt"]


def test_a_loss_since_the_cutover_is_said_with_the_way_back() -> None:
    (need,) = needs(QUIET, [], [], 0, [], [], "roll back to old")
    assert need == ("bad", "People find less since the last cutover: roll back to old.", "cutover", "")


def test_drift_that_is_only_suspected_is_good_to_know_and_needs_nobody() -> None:
    (need,) = needs(QUIET | {"drift": [{"signal": "fit", "verdict": "suspect"}]}, [], [], 0, [], [])
    assert need.words.startswith("Drift is suspected: Fit. There is nothing to do")
    assert (need.urgency, need.view) == ("info", "drift")


def test_what_is_good_to_know_comes_after_what_needs_somebody() -> None:
    found = needs(QUIET | {"drift": [{"signal": "fit", "verdict": "suspect"}]}, [], [], 1, [], [])
    assert [need.urgency for need in found] == ["warn", "info"]


def test_drift_that_asked_for_a_training_needs_nobody() -> None:
    tripped = QUIET | {"drift": [{"signal": "query_drift", "verdict": "tripped"}]}
    (need,) = needs(tripped, [], [], 0, [], [], asked=True)
    assert (need.urgency, need.words[:24]) == ("info", "Drift tripped: Queries. ")
    (need,) = needs(tripped, [], [], 0, [], [])
    assert need.urgency == "warn", "nothing goes on by itself"


def test_drift_whose_training_has_ended_needs_nobody() -> None:
    tripped = {"signal": "query_drift", "verdict": "tripped"}
    assert needs(QUIET | {"drift": [tripped]}, [], [], 0, [], [], over=True) == []
    both = [tripped, {"signal": "fit", "verdict": "suspect"}]
    (need,) = needs(QUIET | {"drift": both}, [], [], 0, [], [], over=True)
    assert need.words.startswith("Drift is suspected: Fit.")
