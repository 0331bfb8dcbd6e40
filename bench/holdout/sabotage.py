"""Wrong implementations, by which it is seen that the benchmark finds them out."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from trainer.data import hold_out
from trainer.data.examples import Document
from trainer.data.hold_out import TEST, TESTED, HoldOut, Key, Used

NAMELESS, LENIENT, WORDLESS, COPYLESS = "nameless", "lenient", "wordless", "copyless"
SABOTAGE = {
    NAMELESS: "a renamed document is another one",
    LENIENT: "where both sides become one group, the test keeps it",
    WORDLESS: "queries of earlier runs are not looked for",
    COPYLESS: "a near copy is a document of its own",
}


@contextmanager
def sabotaged(name: str) -> Iterator[None]:
    """Run a wrong implementation for the length of the block; "" runs the right one."""
    if name == NAMELESS:
        over = HoldOut.over

        def nameless(key: Key, documents: Iterable[Document], used: Mapping[str, Used], _former: object) -> HoldOut:
            return over(key, [replace(one, content_hash=one.document) for one in documents], used)

        with patch.object(HoldOut, "over", nameless):
            yield
    elif name == LENIENT:
        right = hold_out.side
        with patch.object(hold_out, "side", lambda roles, *more: TEST if TESTED in roles else right(roles, *more)):
            yield
    elif name == WORDLESS:
        with patch.object(HoldOut, "alike", lambda *_: set()):
            yield
    elif name == COPYLESS:
        with patch(
            "bench.holdout.year.near_copies", lambda documents, _: {d.document: n for n, d in enumerate(documents)}
        ):
            yield
    else:
        yield
