"""Addresses on the web that staff point people to: which will do, and where one leads. Pure."""

from urllib.parse import urlsplit

LONGEST = 500
_NO_PAGE = "This is no whole address of a page, such as https://www.example.org/guide."


def link_fault(typed: str) -> str | None:
    """Why nobody should be pointed to an address, in a sentence; None when it will do.

    >>> link_fault("https://www.example.org/guide")
    >>> link_fault("http://www.example.org/guide")
    'Write an address that begins with https://.'
    """
    if len(typed) > LONGEST:
        return f"Write an address of at most {LONGEST} signs."
    if not typed.startswith("https://"):
        return "Write an address that begins with https://."
    try:
        parts = urlsplit(typed)
        whole = "." in (parts.hostname or "").strip(".") and parts.port != 0
    except ValueError:
        return _NO_PAGE
    if not whole or not all(sign.isprintable() and sign not in ' "<>\\' for sign in typed):
        return _NO_PAGE
    if "@" in parts.netloc:
        return "Leave names and passwords out of the address: everybody would read them."
    return None


def leads_to(link: str) -> str:
    """The site to which an address leads, as people know it.

    >>> leads_to("https://www.example.org/guide?page=2")
    'example.org'
    """
    return (urlsplit(link).hostname or link).removeprefix("www.")
