"""Members are called as they are in searches and clicks."""

from connectors.slack.people import People, people
from tests.connectors.slack.exports import USERS


def test_the_chosen_field_names_people_else_slacks_id_does() -> None:
    by_email = people(USERS, "email")
    assert [by_email.user(member) for member in ("U01ANA", "U02BEN", "U09GONE")] == [
        "ana@acme.example",
        "U02BEN",
        "U09GONE",
    ]
    assert people(USERS, "name").user("U02BEN") == "ben"
    assert people(USERS, "id").user("U01ANA") == "U01ANA"


def test_people_are_shown_by_the_name_that_others_see() -> None:
    known = people(USERS, "email")
    assert [known.name(member) for member in ("U01ANA", "U02BEN", "U09GONE")] == ["ana", "Ben Ode", "U09GONE"]
    assert known.bots == {"U03BOT"}


def test_odd_members_are_passed_over() -> None:
    assert people([None, {}, {"id": 7}, {"id": "U1", "profile": None}], "email") == People({"U1": "U1"}, {"U1": "U1"})
