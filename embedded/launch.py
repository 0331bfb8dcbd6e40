"""The step between the supervisor and a program: dies with its parent, then becomes the program.

    python launch.py PARENT_PID PROGRAM [ARGUMENT...]

Run by file name in an isolated interpreter, so it imports nothing of this project. On Linux the kernel kills the
program when the supervisor ends, however it ends; elsewhere the reaper alone does that. Signals that a shell may have
set to be ignored (a background job's SIGINT) are set back, because Milvus Lite stops cleanly only by SIGINT.
"""

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie this process to its parent and replace it by the program."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before the kernel was asked
        sys.exit(1)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
