"""`python -m tests.cases` runs every case and prints a table: the case, what is expected, and whether it is so.

Further arguments go to pytest, e.g. `-n 2` or `-k 04`. The exit status is pytest's: not 0 when an expectation fails.
"""

import sys
from pathlib import Path

import pytest

from tests.cases.table import Table


def main(arguments: list[str]) -> int:
    """Run the cases and return the exit status."""
    folder = str(Path(__file__).parent)
    table = Table()
    code = pytest.main([folder, "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", *arguments], [table])
    print(table.text())
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
