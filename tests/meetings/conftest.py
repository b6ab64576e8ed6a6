"""What the tests of meetings begin from."""

import pytest

from grants.applications.models import Application
from tests.beginnings import Begin
from tests.review.story import Panel


class Met(Panel):
    """Ann, Ben and Cleo have scored Auk, Heron and Tern; Ben has a conflict with Tern."""

    auk: Application
    heron: Application
    tern: Application


@pytest.fixture
def panel(begin: Begin) -> Met:
    return begin(three_have_scored)


def three_have_scored() -> Met:
    panel = Met.of("Ann", "Ben", "Cleo", reviewers_each=2, others_scores="at_meeting")
    panel.auk, panel.heron, panel.tern = (panel.application_of(f"{name} School") for name in ("Auk", "Heron", "Tern"))
    panel["Ben"].declares({panel.tern.case: "My sister teaches there."})
    panel["Ann"].declares()
    panel["Cleo"].declares()
    panel.assigns("Ann", panel.auk, panel.heron, panel.tern)
    panel.assigns("Ben", panel.auk, panel.heron)
    panel.assigns("Cleo", panel.tern)
    panel["Ann"].scores(panel.auk)
    panel["Ann"].scores(panel.heron, team=2)
    panel["Ann"].scores(panel.tern, competency=4)
    panel["Ben"].scores(panel.auk, team=2)
    panel["Ben"].scores(panel.heron)
    panel["Cleo"].scores(panel.tern, competency=2, team=2)
    return panel
