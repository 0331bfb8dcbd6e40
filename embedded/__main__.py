"""The detached supervisor: `python -m embedded`, its order as JSON on standard input, its answer one line of JSON.

Order: {"home": DIR, "services": [{"name", "argv", "environment", "stop_s"}], "ports": {program: port},
"tied": whether to stop when the starter ends}.
Answer: {"endpoints": {...}} once everything is up, or {"error": "..."}.
"""

import json
import os
import sys
from pathlib import Path

from embedded.servers import Service
from embedded.supervisor import Stack
from stores.errors import Misconfigured
from stores.exit_codes import command_status


def main() -> int:
    """Run one stack until a signal; 0 after a clean stop, 2 when it could not start."""
    order = json.loads(sys.stdin.read())
    services = [Service(**{**given, "argv": tuple(given["argv"])}) for given in order["services"]]
    stack = Stack(Path(order["home"]), services, order["ports"], os.getppid() if order["tied"] else None)
    try:
        stack.run(lambda endpoints: answer({"endpoints": endpoints}))
    except Misconfigured as error:
        answer({"error": str(error)})
        return command_status(error)
    return 0


def answer(content: dict[str, object]) -> None:
    """Answer the starter and let go of the pipe: it may be gone long before we are."""
    try:
        sys.stdout.write(json.dumps(content) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
