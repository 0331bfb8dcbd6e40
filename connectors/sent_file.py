"""What a source's earlier runs have sent: a text file that grows by a line for everything that the broker has.

    D <document> <version> <digest> <place> <closed>    a document is there, in this version and with this content
    G <document> <version> <digest> <place> <closed>    a document is gone
    E <event id>                                        something happened

Place and closed are missing in lines of earlier versions, which then count as the first, and as open.

An event's id and a document's version come from the source alone, so sending again changes no result, and this file
may be lost: it spares the sending, and knows which documents a source had that it has no more. Lines are added once
the broker has acknowledged, so a run that was cut short goes on where it was; half a line at the end is not read, and
cut off before more is added. A line that is no UTF-8 is passed over.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

from stores.errors import Retryable
from stores.private_files import private_directory


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was sent last.

    `place` is where that stands in the order of its source, 0 where it has none: `version` can be higher. `closed` says
    that the source restricted it.
    """

    version: int
    digest: str
    gone: bool = False
    place: int = 0
    closed: bool = False


NEVER = Known(-1, "")
"""A document that was not sent yet."""


@dataclass(slots=True)
class Sent:
    """Everything that was sent: documents by id, and the ids of events."""

    documents: dict[str, Known] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)


def document_line(document: str, known: Known) -> str:
    """Return the line of a document."""
    mark = "G" if known.gone else "D"
    return f"{mark}\t{document}\t{known.version}\t{known.digest}\t{known.place}\t{int(known.closed)}\n"


def event_line(event_id: str) -> str:
    """Return the line of an event."""
    return f"E\t{event_id}\n"


def read(lines: Iterable[str]) -> Sent:
    """Return what lines say; of a document the last one holds, and what is no whole line is passed over. Pure."""
    sent = Sent()
    for line in lines:
        match line[:-1].split("\t") if line.endswith("\n") else []:
            case ["D" | "G" as mark, document, version, digest] if version.isdecimal():
                sent.documents[document] = Known(int(version), digest, mark == "G")
            case ["D" | "G" as mark, document, version, digest, place, closed] if (
                version.isdecimal() and place.isdecimal()
            ):
                sent.documents[document] = Known(int(version), digest, mark == "G", int(place), closed == "1")
            case ["E", event]:
                sent.events.add(event)
    return sent


class SentFile:
    """The file of one source, for one run at a time."""

    def __init__(self, file: IO[bytes], sent: Sent) -> None:
        self._file, self.sent = file, sent

    def add(self, lines: Iterable[str]) -> None:
        """Add lines; they are on the disk afterwards."""
        self._file.writelines(line.encode() for line in lines)
        self._file.flush()
        os.fsync(self._file.fileno())


def glance(path: Path) -> Sent:
    """Return what a file says, nothing where there is none, without taking it for a run."""
    return read(_lines(path.read_bytes())) if path.is_file() else Sent()


@contextmanager
def opened(path: Path) -> Iterator[SentFile]:
    """Give the file at a path, made if it is absent, for the block. Raises `Retryable` while another run has it."""
    private_directory(path.parent)
    with open(path, "a+b", opener=_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Retryable(f"another run of this source is at work (it holds {path}); wait for its end") from error
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
        yield SentFile(file, read(_lines(content)))


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _lines(content: bytes) -> Iterator[str]:
    for line in BytesIO(content):
        with suppress(UnicodeDecodeError):
            yield line.decode()
