"""Harbormaster: the system on which a foundation runs a grant cycle."""

from datetime import timedelta

from flask import Flask

from grants.config import ROOT, Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings, or from the environment when none are given.

    raises   ConfigurationError with a sentence when a setting is missing or not fit for production
    """
    from grants import wiring  # imports every capability; kept out of `import grants.kernel` and the like
    from grants.kernel import clock

    settings = settings or Settings.load()
    app = Flask("grants", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "grants/web/static"))
    clock.set_offset(timedelta(seconds=settings.clock_offset_seconds))
    wiring.wire(app, settings)
    return app
