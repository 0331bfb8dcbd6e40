"""Input files on their way: read as `tidewheel emit` reads them, in the test's tenant, and stored by the streams."""

import io
from pathlib import Path

from operations import event_files
from operations.events import Problem, checked
from tests.streams.world import NOW, World

TENANT = b'"acme"'
"""The tenant in the input files."""


def send(world: World, *files: Path) -> list[Problem]:
    """Send files one after the other as the records that `emit` would send; return what was wrong with their lines."""
    problems = list[Problem]()
    for file in files:
        lines = event_files.lines(io.BytesIO(file.read_bytes()))
        own = (line.replace(TENANT, f'"{world.tenant}"'.encode()) for line in lines)
        for record in checked(own, NOW):
            if isinstance(record, Problem):
                problems.append(record)
            else:
                world.process(world.records(record.topic, [record.value]))
    return problems
