"""Stored files on their way out: always as attachments that no browser opens or takes for something else."""

import re

from flask import Response, send_file

from grants.casework import files
from grants.casework.models import StoredFile
from grants.persistence.session import db

# What Windows takes in no file name, with the blanks around it.
_NO_FILE_NAME = re.compile(r'\s*[\\/:*?"<>|]+\s*')


def attachment(stored: StoredFile, name: str | None = None) -> Response:
    """The response that hands a file over; who may have it was asked before.

    name     what it is saved as, when that is not its own name
    raises   files.Damaged when the bytes are not those that were stored
    """
    kind, size, saved_as = stored.content_type, stored.size, _NO_FILE_NAME.sub(" - ", name or stored.name)
    content = files.opened(stored)
    db.session.rollback()  # nothing is asked of the database while a slow line takes the file
    response = send_file(content, mimetype=kind, as_attachment=True, download_name=saved_as, conditional=False)
    response.content_length = size
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
