"""`grants serve` and `grants worker`."""

import gc
import signal
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from grants.background.supervisor import run_together
from grants.config import ROOT, Settings, start_logging


@click.command()
def serve() -> None:
    """Answer requests and do the background work, until stopped."""
    serve_with(Settings.load())


def serve_with(settings: Settings) -> None:
    """Run the web server and one worker side by side; does not return."""
    web = [
        *(sys.executable, "-m", "gunicorn", "wsgi:app", "--no-control-socket", "--preload"),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--worker-class", "gthread", "--workers", str(settings.web_workers), "--threads", str(settings.web_threads)),
        *("--log-level", settings.log_level.lower()),
    ]
    sys.exit(run_together([web, [sys.executable, "-m", "grants.cli", "worker"]], ROOT))


@click.command()
@with_appcontext
def worker() -> None:
    """Do the background work only: any number of these may run beside one another."""
    # Here and not above: `grants serve` waits beside what it has started, and holds nothing of the application.
    from grants.background import runner  # noqa: PLC0415

    start_logging(current_app.config["SETTINGS"])
    # What was loaded stays for good, and a long file is made a fifth faster when nobody looks through it again.
    gc.collect()
    gc.freeze()
    # Leave by the ordinary way out, which waits for the job at hand.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    runner.run_forever(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


COMMANDS = (serve, worker)
