"""What the house asks of the capabilities together."""

from flask import Flask

from grants.web.access import access_of
from grants.web.navigation import unreachable


def test_every_entry_of_the_harbor_bar_leads_somewhere(whole_app: Flask) -> None:
    assert [entry.endpoint for entry in unreachable(whole_app)] == []


def test_every_route_says_who_may_open_it(whole_app: Flask) -> None:
    assert [name for name in whole_app.view_functions if access_of(whole_app, name) is None] == []
