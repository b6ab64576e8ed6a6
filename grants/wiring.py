"""How the parts become one application: configuration, database, access, pages, jobs."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from grants.applications import jobs as application_jobs
from grants.applications import merging as application_merging
from grants.applications import views as applications
from grants.awards import jobs as award_jobs
from grants.awards import views as awards
from grants.background import views as background
from grants.casework import doubles as case_doubles
from grants.casework import export_views as exports
from grants.casework import jobs as case_jobs
from grants.casework import merging as case_merging
from grants.casework import views as casework
from grants.config import ROOT, Settings
from grants.decisions import views as decisions
from grants.discovery import jobs as discovery_jobs
from grants.discovery import merging as discovery_merging
from grants.discovery import views as discovery
from grants.documents import jobs as document_jobs
from grants.documents import merging as document_merging
from grants.documents import views as documents
from grants.meetings import beside as meetings_beside
from grants.meetings import jobs as meeting_jobs
from grants.meetings import views as meetings
from grants.messages import jobs as message_jobs
from grants.messages import merging as message_merging
from grants.messages import views as messages
from grants.monitoring import evidence as monitoring_evidence
from grants.monitoring import jobs as monitoring_jobs
from grants.monitoring import views as monitoring
from grants.payments import jobs as payment_jobs
from grants.payments import views as payments
from grants.people import jobs as people_jobs
from grants.people import views as people
from grants.persistence.session import init_database
from grants.portfolio import calendars
from grants.portfolio import views as portfolio
from grants.programs import views as programs
from grants.replay import sign_ins
from grants.replay import views as demonstration
from grants.review import assignment_jobs, reminder_jobs
from grants.review import jobs as review_jobs
from grants.review import merging as review_merging
from grants.review import views as review
from grants.web.access import init_access
from grants.web.house import init_house
from grants.web.limits import init_limits

PAGES = (
    background,
    people,
    casework,
    exports,
    messages,
    documents,
    programs,
    discovery,
    applications,
    review,
    meetings,
    decisions,
    awards,
    payments,
    monitoring,
    portfolio,
    calendars,
)
# Named so that nothing forgets to load them: a job without its handler would only fail when it is due.
JOBS = (
    people_jobs,
    case_jobs,
    message_jobs,
    document_jobs,
    discovery_jobs,
    application_jobs,
    review_jobs,
    assignment_jobs,
    reminder_jobs,
    meeting_jobs,
    award_jobs,
    payment_jobs,
    monitoring_jobs,
)

# Loaded for what they tell the steps before them of organizations that are here twice, in the order of the steps.
MERGING = (
    case_doubles,
    case_merging,
    message_merging,
    document_merging,
    discovery_merging,
    application_merging,
    review_merging,
)

# Loaded for what they tell reviewers of an earlier award.
EVIDENCE = (monitoring_evidence,)

# Loaded for what they say to applicants beside their applications.
BESIDE = (meetings_beside,)

csrf = CSRFProtect()


class PublicIdConverter(BaseConverter):
    """Opaque ids in URLs: 20 lower-case letters and digits."""

    regex = "[2-9a-z]{20}"


def wire(app: Flask, settings: Settings) -> None:
    """Put the parts together on a bare Flask object."""
    app.config.update(settings.flask_config(), MIGRATIONS=str(ROOT / "migrations"))
    app.url_map.converters["public_id"] = PublicIdConverter
    csrf.init_app(app)
    init_database(app)
    init_access(app)
    init_house(app)
    init_limits(app)
    if settings.environment == "demo":
        app.jinja_env.globals["demonstration"] = sign_ins
        app.register_blueprint(demonstration.bp)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    for pages in PAGES:
        app.register_blueprint(pages.bp)
