"""Which files of a model were judged, so that no others are published in its name."""

from collections.abc import Mapping
from pathlib import Path

from retrieval.query_side import FILE
from stores.errors import Refused
from stores.model_files import MANIFEST, ShelfFile, files_of

REPORTS = "tidewheel"
"""The directory, in that of a model, of what people read."""
CARD = "README.md"
OF_ITS_OWN = (MANIFEST, CARD, REPORTS, FILE)
"""What in a model's directory is about that model alone, or is how it reads queries."""

Files = Mapping[str, ShelfFile]


def judged_files(model: Path, without_side: bool = False) -> Files:
    """Return what decides how a model reads, by name; `without_side` leaves out how it reads queries."""
    asked = set() if without_side else {FILE}
    return {name: file for name, file in files_of(model).items() if _decides(name) or name in asked}


def check_judged(published: Files, judged: Files) -> None:
    """Raise `Refused` unless all that decides how a model reads is what was judged. Pure."""
    found = {name: file for name, file in published.items() if _decides(name) or name in judged}
    if wrong := sorted(name for name in found.keys() | judged.keys() if found.get(name) != judged.get(name)):
        raise Refused(
            f"{', '.join(wrong[:3])} of the new model changed after it was judged, so nothing is published; see "
            "whether another process writes into the run's directory, and ask for a new run"
        )


def _decides(name: str) -> bool:
    return name.split("/")[0] not in OF_ITS_OWN
