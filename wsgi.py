"""The WSGI entry point: `gunicorn wsgi:app`."""

from grants import create_app
from grants.config import start_logging

app = create_app()
start_logging(app.config["SETTINGS"])
