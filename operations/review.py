"""A packet as somebody may read it now: what was for everyone when it was made may be so no more."""

from collections.abc import Mapping

from retrieval.access import open_to_all
from schemas.packet import ExampleQuery, HeldOut, Packet
from stores.access_lists import AccessList, AccessLists


def readable(packet: Packet, lists: AccessLists) -> Packet:
    """Return the packet without the example queries that lead to a document which not everyone may see now.

    A document whose list Redis does not know is one of these, and every one until the lists are whole: deciding does
    not need the warehouse. Raises `Retryable` when Redis is away.
    """
    named = {name for example in _examples(packet) for name in _documents(example)}
    here = lists.get(packet.tenant, sorted(named))
    return without_hidden(packet, here.lists if here.whole else {})


def without_hidden(packet: Packet, known: Mapping[str, AccessList]) -> Packet:
    """Return the packet without examples of documents that are not for everyone by their current lists. A pure rule."""
    seen = {name for name, one in known.items() if open_to_all(one.groups or ())}

    def kept(examples: tuple[ExampleQuery, ...]) -> tuple[ExampleQuery, ...]:
        return tuple(example for example in examples if _documents(example) <= seen)

    test, held = packet.shadow_test, packet.held_out
    shown = {"better": kept(test.better), "worse": kept(test.worse), "different": kept(test.different)}
    return packet.model_copy(
        update={
            "shadow_test": test.model_copy(update=shown),
            "held_out": HeldOut(wins=kept(held.wins), losses=kept(held.losses)),
        }
    )


def left_out(packet: Packet, shown: Packet) -> int:
    """Return how many examples of a packet are not shown."""
    return len(_examples(packet)) - len(_examples(shown))


def _examples(packet: Packet) -> tuple[ExampleQuery, ...]:
    test, held = packet.shadow_test, packet.held_out
    return (*held.wins, *held.losses, *test.better, *test.worse, *test.different)


def _documents(example: ExampleQuery) -> set[str]:
    return {*example.wanted, *(shown.document for shown in (*example.live, *example.shadow))}
