"""Files of long lists, as somebody takes them: asked for, made, downloaded."""

import csv
import io

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grants.background.runner import run_due


def file_of(browser: FlaskClient, path: str, form: str = "csv") -> TestResponse:
    """What comes of pressing the button at `path`; the refusal where there is one."""
    asked = browser.post(path, data={"form": form})
    if asked.status_code != 302:
        return asked
    run_due()
    return browser.get(f"{asked.location}/file")


def read_at(browser: FlaskClient, path: str) -> TestResponse:
    """A page, or the file that comes of a press where the path ends so."""
    return file_of(browser, path) if path.partition("?")[0].endswith("/file") else browser.get(path)


def rows_of(file: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
