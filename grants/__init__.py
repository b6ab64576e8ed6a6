"""Harbormaster: the system on which a foundation runs a grant cycle."""

import gc
from datetime import timedelta

from flask import Flask

from grants.config import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings, or from the environment when none are given.

    raises   ConfigurationError with a sentence when a setting is missing or not fit for production
    """
    gc.disable()  # what is imported stays for good: looking through it over and over takes a fifth of the start
    from grants import wiring  # imports every capability; kept out of `import grants.kernel` and the like
    from grants.kernel import clock

    gc.enable()

    settings = settings or Settings.load()
    app = Flask("grants", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "grants/web/static"))
    clock.set_offset(timedelta(seconds=settings.clock_offset_seconds))
    wiring.wire(app, settings)
    return app
