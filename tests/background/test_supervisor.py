"""`grants serve` keeps two processes: they stand and fall together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUPERVISE = """
import pathlib, sys
from grants.background.supervisor import run_together
sys.exit(run_together({}, pathlib.Path('{}')))
"""
# Writes its id when it has started and a last word when it is asked to end.
STAYS = """
import os, pathlib, signal, sys, time
def end(*_):
    pathlib.Path(f"{sys.argv[1]}.ended").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(f"{sys.argv[1]}.new").write_text(str(os.getpid()))
pathlib.Path(f"{sys.argv[1]}.new").rename(sys.argv[1])
time.sleep(60)
"""


def stays(name: str) -> list[str]:
    return [sys.executable, "-c", STAYS, name]


def supervise(folder: Path, *commands: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SUPERVISE.format(list(commands), folder)])


def wait_for(*files: Path) -> None:
    deadline = time.monotonic() + 20
    while not all(file.exists() for file in files):
        assert time.monotonic() < deadline, "a process did not start"
        time.sleep(0.02)


def is_running(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_both_and_is_content(tmp_path: Path, number: signal.Signals) -> None:
    supervisor = supervise(tmp_path, stays("web"), stays("worker"))
    wait_for(tmp_path / "web", tmp_path / "worker")
    assert is_running(tmp_path / "web")
    assert is_running(tmp_path / "worker")
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["web", "web.ended", "worker", "worker.ended"]
    assert not is_running(tmp_path / "web")
    assert not is_running(tmp_path / "worker")


@pytest.mark.parametrize(("own", "reported"), [(3, 3), (0, 1)])
def test_when_one_ends_by_itself_the_other_is_ended_and_it_is_a_failure(
    tmp_path: Path, own: int, reported: int
) -> None:
    waits_then_ends = (
        f"import pathlib, sys, time\nwhile not pathlib.Path('web').exists(): time.sleep(0.02)\nsys.exit({own})"
    )
    supervisor = supervise(tmp_path, stays("web"), [sys.executable, "-c", waits_then_ends])
    assert supervisor.wait(20) == reported
    assert (tmp_path / "web.ended").exists()
    assert not is_running(tmp_path / "web")


def test_one_that_is_killed_takes_the_other_along(tmp_path: Path) -> None:
    supervisor = supervise(tmp_path, stays("web"), stays("worker"))
    wait_for(tmp_path / "web", tmp_path / "worker")
    os.kill(int((tmp_path / "worker").read_text()), signal.SIGKILL)
    assert supervisor.wait(20) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["web", "web.ended", "worker"]
    assert not is_running(tmp_path / "web")
