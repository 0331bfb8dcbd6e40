from contextlib import suppress
from itertools import pairwise

import pytest

from stores.collection_states import GROWING, LEGAL_MOVES, State, check_move
from stores.errors import Refused


def test_the_way_of_a_shadow_is_legal() -> None:
    way = [State.BUILDING, State.CATCHING_UP, State.VERIFYING, State.READY, State.LIVE, State.STANDBY, State.RETIRED]
    for before, after in pairwise(way):
        check_move("c", before, after)
    check_move("c", State.STANDBY, State.LIVE)


def followers(before: State) -> set[State]:
    """The states that may follow."""
    found = set()
    for after in State:
        with suppress(Refused):
            check_move("c", before, after)
            found.add(after)
    return found


@pytest.mark.parametrize("before", list(State))
def test_only_what_is_ready_standing_by_or_first_becomes_live(before: State) -> None:
    if before in {State.READY, State.STANDBY, State.BUILDING}:
        check_move("c", before, State.LIVE)
    else:
        with pytest.raises(Refused, match="legal next states"):
            check_move("c", before, State.LIVE)


def test_what_is_live_never_fails_or_retires_at_once() -> None:
    assert LEGAL_MOVES[State.LIVE] == {State.STANDBY}
    assert LEGAL_MOVES[State.RETIRED] == frozenset()


def test_every_state_has_a_rule_is_reached_and_a_shadow_may_fail_until_it_is_ready() -> None:
    assert set(LEGAL_MOVES) == set(State)
    assert {after for legal in LEGAL_MOVES.values() for after in legal} == set(State)
    assert {state for state in GROWING if State.FAILED in LEGAL_MOVES[state]} == GROWING
