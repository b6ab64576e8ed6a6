"""Addresses as they stand in mail and on paper: absolute, and the same whether a page or a job writes them."""

from urllib.parse import urlsplit

from flask import current_app

from grants.config import Settings


def address_of(endpoint: str, **values: object) -> str:
    """The absolute address of a page, under BASE_URL.

    raises   werkzeug.routing.BuildError for an unknown endpoint or missing values
    """
    return _settings().base_url + current_app.url_map.bind("", "/").build(endpoint, values)


def site_address() -> str:
    """The address of the site, without a slash at its end: `{site}/events`."""
    return _settings().base_url


def mail_domain() -> str:
    """The domain under which messages are numbered."""
    return urlsplit(_settings().base_url).hostname or "localhost"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
