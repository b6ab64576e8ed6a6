"""What a reviewer calls an application."""

from grants.applications.models import Application
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.ordering import code_of
from grants.review.queries.numbers import lot_seed
from grants.review.queries.panel import form_title, review_rules


def name_for(assignment: Assignment) -> str:
    """The applicant's name, or what a blind panel calls the application."""
    application = assignment.submission.application
    if review_rules(assignment.stage).identity == "blind":
        return blind_name(assignment.stage, application)
    return application.case.organization.name


def blind_name(stage: CycleStage, application: Application) -> str:
    """What a blind panel calls the application, in everyone's pile and at meetings alike, such as "Blueprint K7QX"."""
    return f"{form_title(stage)} {code_of(lot_seed(stage), application.public_id)}"
