"""Where every page and every file stands on the demonstration: who opens it, and where its address's ids are found."""

from typing import NamedTuple

from grants.replay.sign_ins import SIGN_INS

SIGN_IN = {title: address for title, address, _ in SIGN_INS}
(
    APPLICANT,
    GRANTEE,
    PITCHING,
    COACH,
    REVIEWER,
    INVITED,
    PARTNER,
    OFFICER,
    FINANCE,
    DIRECTOR,
    AUDITOR,
    ADMINISTRATOR,
) = SIGN_IN
VISITOR = "a visitor"


class Seen(NamedTuple):
    """A page as somebody sees it.

    who    a title of the demonstration's sign-ins, or VISITOR
    ids    SQL whose columns are named like the address's arguments; the first row that `who` may open is opened.
           A column named `opener` is the id of the person to open it as, instead.
    """

    who: str
    ids: str | None = None


def by(*who: str, ids: str | None = None) -> list[Seen]:
    """The same page as several see it, those first whom it concerns most."""
    return [Seen(one, ids) for one in who]


def _newest(table: str, name: str, where: str = "1 = 1") -> str:
    return f"SELECT public_id AS {name} FROM {table} WHERE {where} ORDER BY id DESC"


def _award(condition: str, role: str) -> str:
    """Awards that wait for somebody, to open as the school's member with this role."""
    return f"""
        SELECT award.public_id AS award_id, member.person_id AS opener
        FROM award JOIN "case" ON "case".id = award.case_id LEFT JOIN agreement ON agreement.award_id = award.id
        JOIN organization_membership AS member ON member.organization_id = "case".organization_id
        WHERE {condition} AND member.role = '{role}'"""


_READ = """
    FROM assignment JOIN cycle_stage AS stage ON stage.id = assignment.stage_id
    JOIN submission ON submission.id = assignment.submission_id
    JOIN application ON application.id = submission.application_id
    LEFT JOIN scorecard ON scorecard.assignment_id = assignment.id"""
_ATTACHED = """
    FROM attachment JOIN stored_file AS file ON file.id = attachment.file_id
    JOIN application ON application.id = attachment.application_id
    LEFT JOIN submission ON submission.application_id = application.id
    LEFT JOIN assignment ON assignment.submission_id = submission.id"""
_application = _newest("application", "application_id")
_draft = _newest("application", "application_id", "state = 'draft'")
_submission = _newest("submission", "submission_id")
_award_in_force = _newest("award", "award_id", "state = 'active'")
_offer = "award.state = 'offered'"
_organization = _newest("organization", "organization_id")
_pair = """
    SELECT one.public_id AS organization_id, other.public_id AS gone_id FROM suspected_pair AS pair
    JOIN organization AS one ON one.id = pair.first_id JOIN organization AS other ON other.id = pair.second_id"""
_led = """
    SELECT organization.public_id AS organization_id, member.person_id AS opener FROM organization
    JOIN organization_membership AS member ON member.organization_id = organization.id
    WHERE member.role = 'lead' ORDER BY organization.id DESC"""
_version = _newest("program_version", "version_id")
_upcoming = "SELECT public_id AS event_id FROM event ORDER BY starts_at DESC"
_waited_for = """
    SELECT event.public_id AS event_id FROM event JOIN waiting ON waiting.event_id = event.id
    GROUP BY event.public_id ORDER BY count(*) DESC"""
_came_to = """
    SELECT event.public_id AS event_id, registration.person_id AS opener FROM registration
    JOIN event ON event.id = registration.event_id WHERE registration.attended_at IS NOT NULL
    ORDER BY event.starts_at DESC"""
_answered = """
    SELECT event.public_id AS event_id FROM event_feedback AS said
    JOIN registration ON registration.id = said.registration_id JOIN event ON event.id = registration.event_id
    GROUP BY event.public_id ORDER BY count(*) DESC"""
_noted = """
    SELECT event.public_id AS event_id, visit_note.author_id AS opener FROM visit_note
    JOIN event ON event.id = visit_note.event_id ORDER BY visit_note.id"""
_asking = """
    SELECT stage.public_id AS stage_id FROM readiness_check AS said
    JOIN cycle_stage AS stage ON stage.id = said.stage_id ORDER BY said.id"""
_assessed = """
    SELECT stage.public_id AS stage_id, organization.public_id AS organization_id FROM readiness_check AS said
    JOIN cycle_stage AS stage ON stage.id = said.stage_id JOIN "case" ON "case".id = said.case_id
    JOIN organization ON organization.id = "case".organization_id ORDER BY said.id"""
_full_event = """
    SELECT event.public_id AS event_id FROM event JOIN registration ON registration.event_id = event.id
    GROUP BY event.public_id ORDER BY count(*) DESC"""
_with_resources = """
    SELECT cycle.public_id AS cycle_id FROM resource JOIN cycle ON cycle.id = resource.cycle_id ORDER BY resource.id"""
_resource_file = """
    SELECT cycle.key AS key, call.public_id AS call_id, resource.public_id AS resource_id
    FROM resource JOIN cycle ON cycle.id = resource.cycle_id JOIN call ON call.cycle_id = cycle.id
    JOIN resource_version AS held ON held.resource_id = resource.id WHERE held.file_id IS NOT NULL"""
_resource_version = """
    SELECT resource.public_id AS resource_id, held.public_id AS version_id
    FROM resource JOIN resource_version AS held ON held.resource_id = resource.id WHERE held.file_id IS NOT NULL"""
_call = """
    SELECT cycle.key AS key, call.public_id AS call_id FROM call JOIN cycle ON cycle.id = call.cycle_id
    ORDER BY cycle.id DESC"""
_decided = _newest("slate", "slate_id", "state = 'released'")
_waiting = _newest("slate", "slate_id", "state = 'proposed'")
_full_stage = f"SELECT stage.public_id AS stage_id {_READ} GROUP BY stage.public_id ORDER BY count(*) DESC"
_by_criterion = _full_stage.replace("SELECT", "SELECT 'criteria' AS show,", 1)
_reading_stage = f"SELECT stage.public_id AS stage_id {_READ} GROUP BY stage.public_id ORDER BY max(assignment.id) DESC"
_scored = f"""
    SELECT stage.public_id AS stage_id, application.public_id AS application_id {_READ}
    WHERE scorecard.state = 'submitted' ORDER BY application.id DESC"""
_card = f"""
    SELECT assignment.public_id AS assignment_id, assignment.reviewer_id AS opener {_READ}
    WHERE scorecard.state = 'draft' ORDER BY assignment.id DESC"""


def _meeting(state: str) -> str:
    """SQL: the meetings in a state."""
    return f"SELECT public_id AS meeting_id FROM meeting WHERE state = '{state}' ORDER BY id DESC"


_up = """
    SELECT meeting.public_id AS meeting_id, item.public_id AS item_id FROM agenda_item AS item
    JOIN meeting ON meeting.id = item.meeting_id WHERE item.state = 'open' ORDER BY item.id"""
_pitch_card = """
    SELECT meeting.public_id AS meeting_id, item.public_id AS item_id, card.reviewer_id AS opener
    FROM pitch_card AS card JOIN agenda_item AS item ON item.public_id = card.pitched_in
    JOIN meeting ON meeting.id = item.meeting_id"""
_pitch_scoring = f"{_pitch_card} WHERE card.state = 'draft' ORDER BY card.id"
_pitched = f"{_pitch_card} WHERE card.state = 'submitted' ORDER BY card.id"
_pitch_scored = """
    SELECT meeting.public_id AS meeting_id, card.public_id AS card_id FROM pitch_card AS card
    JOIN agenda_item AS item ON item.public_id = card.pitched_in JOIN meeting ON meeting.id = item.meeting_id
    WHERE card.state = 'submitted' ORDER BY card.id"""
_met_stage = """
    SELECT stage.public_id AS stage_id FROM cycle_stage AS stage JOIN meeting ON meeting.stage_id = stage.id
    ORDER BY meeting.id DESC"""

_pitched_stage = """
    SELECT stage.public_id AS stage_id FROM cycle_stage AS stage JOIN meeting ON meeting.stage_id = stage.id
    WHERE meeting.kind = 'pitch' ORDER BY meeting.id DESC"""
_own_pitch = """
    SELECT application.public_id AS application_id FROM pitch_slot AS slot
    JOIN application ON application.id = slot.application_id ORDER BY slot.state = 'invited' DESC, slot.id"""
_slot = """
    FROM pitch_slot AS slot JOIN agenda_item AS item ON item.id = slot.item_id
    JOIN meeting ON meeting.id = slot.meeting_id JOIN application ON application.id = slot.application_id"""
_asked_slot = f"""
    SELECT meeting.public_id AS meeting_id, item.public_id AS item_id {_slot}
    ORDER BY slot.state = 'asked' DESC, slot.id"""
_presented = f"""
    {_slot} JOIN pitch_slides AS slides ON slides.slot_id = slot.id"""
_slides_of_slot = f"""
    SELECT meeting.public_id AS meeting_id, item.public_id AS item_id, slides.public_id AS slides_id {_presented}"""
_with_slides = f"""
    SELECT application.public_id AS application_id, slides.public_id AS slides_id, member.person_id AS opener
    {_presented}
    JOIN "case" ON "case".id = application.case_id
    JOIN organization_membership AS member ON member.organization_id = "case".organization_id
    WHERE member.role = 'lead' ORDER BY slides.id"""

_waiting_for_answer = "FROM panel_invitation WHERE state = 'invited'"
_panel_of_mine = """
    SELECT stage.public_id AS stage_id, member.person_id AS opener FROM panel_member AS member
    JOIN cycle_stage AS stage ON stage.id = member.stage_id JOIN sample_card AS card ON card.member_id = member.id"""
_emptied = """
    SELECT stage.public_id AS stage_id, application.public_id AS application_id, vacancy.public_id AS vacancy_id
    FROM vacancy JOIN assignment ON assignment.id = vacancy.assignment_id
    JOIN cycle_stage AS stage ON stage.id = assignment.stage_id
    JOIN submission ON submission.id = assignment.submission_id
    JOIN application ON application.id = submission.application_id WHERE vacancy.state = 'open'"""
_nameable = """
    SELECT stage.public_id AS stage_id, "case".public_id AS case_id, member.person_id AS opener
    FROM panel_member AS member JOIN cycle_stage AS stage ON stage.id = member.stage_id
    JOIN application ON application.stage_id = stage.id JOIN "case" ON "case".id = application.case_id
    WHERE member.profile_at IS NOT NULL AND application.state = 'submitted' AND stage.released_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM conflict WHERE conflict.person_id = member.person_id)"""
_sample = """
    SELECT stage.public_id AS stage_id, card.sample AS key, member.person_id AS opener FROM panel_member AS member
    JOIN cycle_stage AS stage ON stage.id = member.stage_id JOIN sample_card AS card ON card.member_id = member.id
    ORDER BY card.id"""
_unscored = """
    SELECT stage.public_id AS stage_id, 'corridor_stories' AS key, member.person_id AS opener
    FROM panel_member AS member JOIN cycle_stage AS stage ON stage.id = member.stage_id
    WHERE stage.key = 'winter' AND member.calibrated_at IS NULL"""
_panel_member = """
    SELECT stage.public_id AS stage_id, member.public_id AS member_id FROM panel_member AS member
    JOIN cycle_stage AS stage ON stage.id = member.stage_id JOIN sample_card AS card ON card.member_id = member.id
    ORDER BY card.id DESC"""

PAGES: dict[str, list[Seen]] = {
    # background, people, casework, messages, documents
    "background.jobs": by(ADMINISTRATOR),
    "people.account": by(ADMINISTRATOR),
    "people.directories": by(OFFICER, ADMINISTRATOR),
    "people.directory": by(OFFICER, ADMINISTRATOR, ids=_newest("directory_import", "directory_id")),
    "people.edit_organization": by(ADMINISTRATOR, ids=_organization),
    "people.forgotten": by(VISITOR),
    "people.mailed": by(VISITOR),
    "people.new_consortium": [*by(ADMINISTRATOR, ids=_organization), Seen(GRANTEE, _led)],
    "people.new_organization": by(ADMINISTRATOR),
    "people.new_person": by(ADMINISTRATOR),
    "people.organization": by(ADMINISTRATOR, GRANTEE, ids=_organization),
    "people.organizations": by(OFFICER),
    "people.choose_twin": by(OFFICER, ids=_organization),
    "people.merge": by(
        OFFICER,
        ids=_pair,
    ),
    "people.pairs": by(OFFICER),
    "people.people": by(ADMINISTRATOR),
    "people.person": by(ADMINISTRATOR, ids=_newest("person", "person_id")),
    "people.register": by(VISITOR),
    "people.confirm_request": by(VISITOR, ids="SELECT public_id AS request_token FROM organization_request"),
    "people.invitation": by(
        APPLICANT,
        ids="""
            SELECT public_id AS invitation_id, person_id AS opener FROM membership_invitation WHERE ended_at IS NULL""",
    ),
    "people.join": by(VISITOR, APPLICANT, OFFICER, ids="SELECT public_id AS link_secret FROM membership_link"),
    "people.set_password": by(VISITOR, ids="SELECT id AS token FROM person WHERE is_active"),
    "people.sign_in": by(VISITOR),
    "people.signed_in": by(APPLICANT),
    "casework.audit": by(AUDITOR),
    "exports.exports": by(OFFICER, AUDITOR),
    "exports.export": by(OFFICER, AUDITOR, ids=_newest("export", "export_id")),
    "messages.outbox": by(ADMINISTRATOR),
    "messages.message": by(ADMINISTRATOR, ids=_newest("message", "message_id")),
    "documents.verify": by(VISITOR) + by(VISITOR, ids="SELECT code FROM document WHERE state = 'released'"),
    # programs, discovery
    "programs.cycle": by(OFFICER, ids=_newest("cycle", "cycle_id")),
    "programs.dates": by(OFFICER, ids=_newest("cycle_stage", "stage_id")),
    "programs.new": by(OFFICER),
    "programs.open_cycle": by(OFFICER, ids=_version),
    "programs.programs": by(PARTNER),
    "programs.version": by(OFFICER, ids=_newest("program_version", "version_id", "program_key = 'oakland'")),
    "programs.version_differences": by(OFFICER, ids=_version),
    "discovery.ask_about": by(APPLICANT, OFFICER, ids=_newest("cycle", "cycle_id")),
    "discovery.ask_question": by(VISITOR, APPLICANT, ids=_call),
    "discovery.call": by(VISITOR, OFFICER, ids=_call),
    "discovery.call_form": by(VISITOR, ids=_call.replace("FROM", ", 'spring' AS stage_key FROM")),
    "discovery.call_questions": by(VISITOR, APPLICANT, ids=_call),
    "discovery.call_resources": by(VISITOR, APPLICANT, ids=_call),
    "discovery.calls": by(VISITOR),
    "discovery.edit_call": by(OFFICER, ids=_newest("cycle", "cycle_id")),
    "discovery.new_resource": by(OFFICER, ids=_with_resources),
    "discovery.resource": by(OFFICER, AUDITOR, ids=_newest("resource", "resource_id")),
    "discovery.resources": by(OFFICER, DIRECTOR, ids=_with_resources),
    "discovery.question": by(OFFICER, ids=_newest("question", "question_id"))
    + by(OFFICER, ids=_newest("question", "question_id", "state = 'published'")),
    "discovery.questions": by(OFFICER, AUDITOR),
    "discovery.attendance": by(OFFICER, ids=_full_event),
    "discovery.edit_event": by(OFFICER, ids=_upcoming),
    "discovery.event": by(APPLICANT, ids=_waited_for)
    + by(APPLICANT, OFFICER, ids=_answered)
    + by(OFFICER, ids=_full_event)
    + by(OFFICER, ids=_waited_for),
    "discovery.events": by(APPLICANT, OFFICER),
    "discovery.feedback": by(GRANTEE, ids=_came_to) + by(OFFICER, ids=_full_event),
    "discovery.names": by(OFFICER, ids=_full_event),
    "discovery.new_event": by(OFFICER),
    "discovery.reach": by(OFFICER, DIRECTOR),
    "discovery.read_feedback": by(DIRECTOR, ids=_answered),
    "discovery.visit_note": by(APPLICANT, ids=_noted) + by(OFFICER, ids=_answered),
    "discovery.schools": by(OFFICER, DIRECTOR) + by(AUDITOR, ids=_newest("cycle", "cycle", "key = 'oakland'")),
    "discovery.write": by(OFFICER, ids=_full_event),
    # applications
    "applications.assessed": by(OFFICER, DIRECTOR, ids=_asking),
    "applications.readiness": by(APPLICANT, OFFICER, ids=_assessed),
    "applications.application": by(APPLICANT, COACH, ids=_draft) + by(OFFICER, ids=_application),
    "applications.applications": by(OFFICER),
    "applications.changes": by(OFFICER, ids=_newest("submission", "submission_id", "number > 1"))
    + by(
        APPLICANT,
        ids="""
            SELECT public_id AS submission_id, certified_by_id AS opener FROM submission
            WHERE number > 1 ORDER BY id DESC""",
    ),
    "applications.asked_to_coach": by(
        COACH,
        ids="""
            SELECT organization.public_id AS organization_id, one.person_id AS opener FROM coach_invitation AS one
            JOIN organization ON organization.id = one.organization_id
            WHERE one.accepted_at IS NULL AND one.ended_at IS NULL ORDER BY one.id""",
    ),
    "applications.check": by(APPLICANT, ids=_draft),
    "applications.coaches": by(
        APPLICANT,
        ids="""
            SELECT application.public_id AS application_id, member.person_id AS opener FROM coached_section AS one
            JOIN application ON application.id = one.application_id JOIN "case" ON "case".id = application.case_id
            JOIN organization_membership AS member ON member.organization_id = "case".organization_id
            WHERE application.state = 'draft' AND member.role = 'lead' ORDER BY one.id DESC""",
    ),
    "applications.history": by(
        APPLICANT,
        ids="""
            SELECT application.public_id AS application_id, one.field AS field_key FROM answer_version AS one
            JOIN application ON application.id = one.application_id
            WHERE application.state = 'draft' ORDER BY one.id DESC""",
    ),
    "applications.mailing": by(OFFICER, ids=_newest("mailing", "mailing_id")),
    "applications.message": by(OFFICER),
    "applications.ours": by(APPLICANT),
    "applications.receipt": by(GRANTEE, ids=_submission),
    "applications.preview": by(
        OFFICER, ids="SELECT public_id AS version_id, 'blueprint' AS form_key FROM program_version ORDER BY id"
    ),
    "applications.screening": by(OFFICER),
    "applications.section": by(
        *(APPLICANT, COACH),
        ids="""
            SELECT application.public_id AS application_id, one.section AS section_key FROM draft_comment AS one
            JOIN application ON application.id = one.application_id ORDER BY one.id DESC""",
    ),
    "applications.submission": by(GRANTEE, ids=_submission),
    # review
    "review.application": by(DIRECTOR, ids=_scored),
    "review.asked": by(VISITOR, ids=f"SELECT id AS panel_token {_waiting_for_answer}"),
    "review.assignments": by(REVIEWER),
    "review.invitation": by(
        INVITED, ids="SELECT public_id AS invitation_id FROM panel_invitation WHERE state = 'invited'"
    ),
    "review.invite_several": by(OFFICER, ids=_reading_stage),
    "review.member": by(OFFICER, AUDITOR, ids=_panel_member),
    "review.profile": by(REVIEWER, ids=_panel_of_mine),
    "review.sample": by(REVIEWER, ids=_sample) + by(REVIEWER, ids=_unscored),
    "review.terms": by(REVIEWER, ids=_panel_of_mine),
    "review.training": by(REVIEWER, ids=_panel_of_mine),
    "review.conflicts": by(REVIEWER, ids=_reading_stage),
    "review.earlier": by(
        REVIEWER,
        ids=f"""
            SELECT assignment.public_id AS assignment_id, 'planning' AS key, assignment.reviewer_id AS opener {_READ}
            WHERE stage.key = 'launch'""",
    ),
    "review.found_conflicts": by(OFFICER, AUDITOR, ids=_reading_stage) + by(OFFICER, ids=_full_stage),
    "review.grid": by(REVIEWER, ids=f"SELECT stage.public_id AS stage_id, assignment.reviewer_id AS opener {_READ}"),
    "review.leave_panel": by(REVIEWER, ids=_panel_of_mine),
    "review.leave_place": by(OFFICER, ids=_emptied),
    "review.tie": by(REVIEWER, ids=_nameable) + by(OFFICER, ids=f"SELECT stage_id, case_id FROM ({_nameable}) AS one"),
    "review.lift": by(
        OFFICER,
        ids="""
            SELECT stage.public_id AS stage_id, conflict.public_id AS conflict_id FROM conflict
            JOIN panel_member AS member ON member.person_id = conflict.person_id
            JOIN cycle_stage AS stage ON stage.id = member.stage_id
            WHERE conflict.lifted_at IS NULL AND conflict.source <> 'coach'""",
    ),
    "review.panel": by(OFFICER, AUDITOR, ids=_reading_stage) + by(OFFICER, ids=_full_stage),
    "review.paper": by(REVIEWER, ids=_card),
    "review.note_tie": by(OFFICER, ids=_emptied),
    "review.nudge": by(OFFICER, ids=_reading_stage),
    "review.proposal": by(
        OFFICER,
        ids="""
            SELECT stage.public_id AS stage_id FROM assignment_proposal AS proposal
            JOIN cycle_stage AS stage ON stage.id = proposal.stage_id""",
    )
    + by(OFFICER, ids=_full_stage),
    "review.recuse": by(REVIEWER, ids=_newest("assignment", "assignment_id")),
    "review.reopen": by(
        OFFICER,
        ids=f"""
            SELECT stage.public_id AS stage_id, assignment.public_id AS assignment_id {_READ}
            WHERE scorecard.state = 'submitted' ORDER BY assignment.id DESC""",
    ),
    "review.reviewers": by(OFFICER, AUDITOR, ids=f"{_scored}") + by(OFFICER, ids=_emptied),
    "review.scorecard": by(REVIEWER, ids=_card),
    "review.scores": by(OFFICER, ids=_full_stage) + by(DIRECTOR, ids=_by_criterion),
    "review.stages": by(OFFICER),
    # meetings
    "meetings.agenda": by(OFFICER, ids=_meeting("planned")),
    "meetings.application": by(OFFICER, REVIEWER, ids=_up),
    "meetings.change": by(OFFICER, ids=_meeting("planned")),
    "meetings.meeting": by(OFFICER, REVIEWER, AUDITOR, ids=_meeting("running"))
    + by(REVIEWER, OFFICER, ids=_meeting("planned")),
    "meetings.meetings": by(OFFICER, REVIEWER),
    "meetings.actions": by(REVIEWER, OFFICER, DIRECTOR, FINANCE, PARTNER),
    "meetings.minutes": by(OFFICER, REVIEWER, ids=_meeting("closed")),
    "meetings.new": by(OFFICER, ids=_met_stage),
    "meetings.new_pitch": by(OFFICER, ids=_pitched_stage),
    "meetings.own_pitch": [*by(PITCHING, ids=_own_pitch), Seen(PITCHING, ids=_with_slides)],
    "meetings.slot": by(OFFICER, ids=_asked_slot),
    "meetings.of_stage": by(OFFICER, DIRECTOR, ids=_met_stage),
    "meetings.order": by(OFFICER, ids=_meeting("planned")),
    "meetings.pitch_card": [*by(REVIEWER, ids=_pitch_scoring), *by(REVIEWER, ids=_pitched)],
    "meetings.reopen_pitch_card": by(OFFICER, ids=_pitch_scored),
    "meetings.revise": by(REVIEWER, ids=_up),
    # decisions
    "decisions.compare": by(
        OFFICER,
        ids="""
            SELECT one.public_id AS slate_id, other.public_id AS other_id FROM slate AS one
            JOIN slate AS other ON other.stage_id = one.stage_id AND other.id <> one.id""",
    ),
    "decisions.letters": by(OFFICER, ids=_decided),
    "decisions.line": by(
        DIRECTOR,
        ids="""
            SELECT slate.public_id AS slate_id, line.public_id AS line_id FROM slate_line AS line
            JOIN slate ON slate.id = line.slate_id WHERE line.outcome = 'decline' ORDER BY line.id DESC""",
    ),
    "decisions.slate": by(DIRECTOR, PARTNER, ids=_waiting) + by(OFFICER, ids=_decided),
    "decisions.slates": by(DIRECTOR),
    # awards, payments, monitoring
    "awards.accept": by(GRANTEE, ids=_award(_offer, "lead")),
    "awards.award": by(GRANTEE, OFFICER, ids=_award_in_force),
    "awards.awards": by(OFFICER),
    "awards.countersign": by(
        DIRECTOR,
        ids="""
            SELECT award.public_id AS award_id FROM award JOIN agreement ON agreement.award_id = award.id
            WHERE agreement.state = 'signed'""",
    ),
    "awards.decline": by(GRANTEE, ids=_award(_offer, "lead")),
    "awards.extend": by(OFFICER, ids=_newest("award", "award_id", "state = 'offered'")),
    "awards.sign": by(GRANTEE, ids=_award("agreement.state = 'made'", "signatory")),
    "payments.funds": by(FINANCE),
    "payments.installment": by(FINANCE, GRANTEE, ids=_newest("installment", "installment_id", "state <> 'paid'")),
    "payments.payments": by(FINANCE),
    "monitoring.check_in": by(OFFICER, ids=_newest("requirement", "requirement_id", "kind = 'check_in'")),
    "monitoring.indicators": by(GRANTEE, OFFICER, ids=_award_in_force),
    "monitoring.reading": by(GRANTEE, ids=_newest("indicator_reading", "reading_id")),
    "monitoring.requirement": by(GRANTEE, OFFICER, ids=_newest("requirement", "requirement_id")),
    "monitoring.requirements": by(GRANTEE, OFFICER),
    # portfolio
    "portfolio.case": by(OFFICER, GRANTEE, ids=_newest('"case"', "case_id", "id IN (SELECT case_id FROM award)")),
    "portfolio.cases": by(OFFICER),
    "calendars.own": by(OFFICER, APPLICANT),
    "portfolio.home": by(*SIGN_IN),
}

FILES: dict[str, list[Seen]] = {
    "discovery.call_calendar": by(VISITOR, ids=_call),
    "discovery.call_resource_file": by(APPLICANT, ids=_resource_file),
    "discovery.resource_version": by(OFFICER, ids=_resource_version),
    "discovery.event_file": by(APPLICANT, ids=_upcoming),
    "calendars.feed": by(VISITOR, ids="SELECT id AS feed_token FROM calendar_feed"),
    "discovery.attendance_file": by(OFFICER, ids=_full_event),
    "discovery.reach_file": by(OFFICER),
    "people.people_file": by(ADMINISTRATOR),
    "people.directory_errors": by(OFFICER, ADMINISTRATOR, ids=_newest("directory_import", "directory_id")),
    "people.organizations_file": by(OFFICER),
    "exports.file": by(OFFICER, ids=_newest("export", "export_id")),
    "documents.document": by(GRANTEE, ids=_newest("document", "document_id")),
    "programs.source": by(OFFICER, ids=_version),
    "applications.attachment": by(
        APPLICANT,
        ids=f"""
            SELECT application.public_id AS application_id, file.public_id AS file_id,
            attachment.attached_by_id AS opener {_ATTACHED}""",
    ),
    "applications.submitted_file": by(
        OFFICER,
        ids=f"""
            SELECT submission.public_id AS submission_id, file.public_id AS file_id {_ATTACHED}
            WHERE submission.id IS NOT NULL""",
    )
    + by(
        APPLICANT,
        ids=f"""
            SELECT submission.public_id AS submission_id, file.public_id AS file_id,
            submission.certified_by_id AS opener {_ATTACHED} WHERE submission.id IS NOT NULL""",
    ),
    "review.file": by(
        REVIEWER,
        ids=f"""
            SELECT assignment.public_id AS assignment_id, file.public_id AS file_id,
            assignment.reviewer_id AS opener {_ATTACHED} WHERE assignment.id IS NOT NULL""",
    ),
    "meetings.minutes_file": by(
        *(OFFICER, REVIEWER),
        ids="""
            SELECT meeting.public_id AS meeting_id, minutes.public_id AS minutes_id FROM minutes
            JOIN meeting ON meeting.id = minutes.meeting_id ORDER BY minutes.id""",
    ),
    "meetings.own_pitch_calendar": by(PITCHING, ids=_own_pitch),
    "meetings.own_slides": by(PITCHING, ids=_with_slides),
    "meetings.slides": by(REVIEWER, ids=_slides_of_slot),
    "meetings.calendar": by(REVIEWER, ids=_meeting("planned")),
    "decisions.download": by(DIRECTOR, ids=_waiting),
    "monitoring.download_indicators": by(GRANTEE, ids=_award_in_force),
}
