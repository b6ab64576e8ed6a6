"""What somebody typed into a form that could not be taken: given back, so that nothing typed is lost."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import current_app, request

from grants.web.access import PUBLIC, access_of

LONGEST = 200_000  # characters that are given back; a form has no more
_NOT_GIVEN_BACK = ("csrf_token", "password")


def fields_sent() -> list[tuple[str, str]]:
    """What a form of our own carried, name by name, without tokens and passwords.

    Nothing when the form is open to all, came from another site, held nothing that people type, or more than they do;
    nor when a page's own script sent it, which still has what it sent.
    """
    if request.method != "POST" or "HX-Request" in request.headers or not _is_our_own_form():
        return []
    sent = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if not any(word in name for word in _NOT_GIVEN_BACK)
    ]
    typed = any(text.strip() for _, text in sent)
    return sent if typed and sum(len(text) for _, text in sent) <= LONGEST else []


def texts_among(fields: Iterable[tuple[str, str]]) -> list[str]:
    """Those of the fields that somebody wrote: several words, where a form's own values are one."""
    return [text for _, text in fields if len(text.split()) > 1]


def _is_our_own_form() -> bool:
    """Whether one of our own pages sent it, to an address that asks who one is: nobody else puts words in a mouth."""
    if request.endpoint is None or access_of(current_app, request.endpoint) == PUBLIC:
        return False
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin)[:2] == urlsplit(request.host_url)[:2]
