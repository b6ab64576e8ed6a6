"""Several processes that stand and fall together."""

import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 30.0


def run_together(commands: Sequence[Sequence[str]], folder: Path) -> int:
    """Run the commands side by side in `folder`, until told to stop (SIGTERM or SIGINT) or until one of them ends.

    Whichever comes first, all others are asked to end, and after GRACE_SECONDS made to.
    returns  0 when told to stop; else the exit code of the one that ended by itself, or 1 where that was 0
    """
    told: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    children: list[subprocess.Popen[bytes]] = []
    try:
        # In sessions of their own, so that Ctrl-C at the terminal reaches them once: through us, as SIGTERM.
        children.extend(subprocess.Popen(command, cwd=folder, start_new_session=True) for command in commands)  # noqa: S603
        while not told and all(child.poll() is None for child in children):
            time.sleep(0.1)
        ended = [child.returncode for child in children if child.returncode is not None]
    finally:
        _end(children)
        for number, handler in before.items():
            signal.signal(number, handler)
    # A process that a signal ended has a negative code, which no shell can be given.
    return 0 if told else max(ended[0], 0) or 1


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
