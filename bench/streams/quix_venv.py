"""An environment for Quix Streams, whose pins (pydantic, confluent-kafka) are not this project's.

Only Quix and what it needs are installed there; everything else is found in this project's own environment, behind it.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

INSTALL_S = 600


def python(directory: Path) -> tuple[Path | None, str]:
    """Return the interpreter of the environment, made at first use; or None and why it could not be made."""
    interpreter, ready = directory / "bin" / "python", directory / "ready"
    if ready.exists():
        return interpreter, ""
    print(f"bench: installing quixstreams into {directory} (once)", file=sys.stderr, flush=True)
    install = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "quixstreams"]
    try:
        for command in ([sys.executable, "-m", "venv", "--clear", str(directory)], install):
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_S)
        own = subprocess.run(
            [str(interpreter), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or str(error)).strip().splitlines()[-1]
        return None, f"quixstreams could not be installed: {last}"
    except subprocess.TimeoutExpired:
        return None, f"quixstreams was not installed within {INSTALL_S} s"
    (Path(own.stdout.strip()) / "project.pth").write_text(sysconfig.get_path("purelib") + "\n")
    ready.touch()
    return interpreter, ""
