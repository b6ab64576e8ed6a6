"""What reviewers say of themselves, and the organizations they are tied to."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select

from grants.kernel.clock import now, today
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization, Person
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review import policy
from grants.review.models import Affiliation, PanelMember, ReviewerProfile
from grants.review.queries.profiles import profile_facts, profile_print
from grants.review.reviewers import GRADE_BANDS, RELATIONS, bands_in_order, tidy
from grants.review.services.conflicts import find_rule_conflicts

MOST_EVER = 1000
MOST_WORDS = f"Write a number from 1 to {MOST_EVER:,}, or leave it empty."
LONGEST_NAME = 200


def keep_profile(
    actor: Actor,
    person: Person,
    *,
    expertise: str = "",
    grade_bands: Iterable[str] = (),
    most: int | None = None,
    away_from: date | None = None,
    away_until: date | None = None,
    seen: str | None = None,
) -> ReviewerProfile:
    """Keep what a reviewer says of themself, or an officer corrects. That it is right they say by `confirm_profile`.

    expertise   words by commas, such as "high, charter": matched with what is known of an applicant when assigning
    most        the most submissions they take on one panel, 1 to 1000
    seen        `profile_print` of what stood when this was written; None where nobody had looked at it
    raises      Refused; Invalid with a sentence for each that does not hold; Clash when something else stands by now
    """
    require(policy.may_keep_profile(actor, person.id))
    bands = list(grade_bands)
    _check(bands, most, away_from, away_until)
    profile = _profile(person)
    before, stood = profile_facts(profile), profile_print(profile)
    profile.expertise, profile.grade_bands, profile.most = tidy(expertise), bands_in_order(bands), most
    profile.away_from, profile.away_until, profile.saved_at = away_from, away_until, now()
    after = profile_facts(profile)
    if after != before and seen not in (None, stood):
        raise Clash("This profile was changed in another window meanwhile. Nothing was overwritten.")
    db.session.flush()
    if after != before:
        changed = [key for key in after if after[key] != before[key]]
        audit.record(
            actor,
            "review.profile",
            person,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    return profile


def agree_load(actor: Actor, member: PanelMember, load_cap: int | None, seen: int | None) -> None:
    """How many submissions a member reads on this panel at most; None for what profile and program say.

    seen     what was agreed when this was written
    raises   Refused; Invalid for a number that is none; Clash when something else is agreed by now
    """
    require_permission(actor, "review.organize")
    if load_cap is not None and not 1 <= load_cap <= MOST_EVER:
        raise Invalid("The number does not fit.", {"load_cap": MOST_WORDS})
    lock(member)
    if member.load_cap not in (seen, load_cap):
        raise Clash(
            f"{member.load_cap or 'No number'} was agreed in another window meanwhile. Nothing was overwritten."
        )
    if member.load_cap != load_cap:
        audit.record(
            actor,
            "review.agree_load",
            member,
            before={"most": member.load_cap},
            after={"person": member.person.name, "most": load_cap},
        )
        member.load_cap = load_cap


def add_expertise(person: Person, words: str | None) -> None:
    """Put words to those of a reviewer; those who call it have asked whether the actor may, and record it."""
    if not tidy(words):
        return
    profile = _profile(person)
    profile.expertise, profile.saved_at = tidy(profile.expertise, words), now()
    db.session.flush()


def state_affiliation(
    actor: Actor,
    person: Person,
    relation: str,
    *,
    organization: Organization | None = None,
    name: str = "",
    ended_on: date | None = None,
    zone: str = "UTC",
) -> Affiliation:
    """State that a reviewer is tied to an organization: a known one, or one by its name alone.

    The rules of the panels they are on are asked again: what they find shuts the case to the reviewer at once.
    relation   a key of reviewers.RELATIONS
    zone       of the cycle for whose panel it is stated: by its clocks a tie is over, or not yet
    raises     Refused; Invalid; Clash when it is stated already
    """
    require(policy.may_keep_profile(actor, person.id))
    called = organization.name if organization else " ".join(name.split())
    _check_tie(called, relation, ended_on, today(zone))
    lock(person)  # of two who state the same at once, the second sees it stated
    same = (
        Affiliation.organization_id == organization.id
        if organization
        else Affiliation.organization_id.is_(None) & (Affiliation.name == called)
    )
    stated = select(Affiliation.id).where(Affiliation.person_id == person.id, Affiliation.relation == relation, same)
    if db.session.scalar(stated) is not None:
        raise Clash(f"{called} is on the list already, in the same way.")
    tie = Affiliation(
        person=person,
        organization=organization,
        name=called,
        relation=relation,
        ended_on=ended_on,
        stated_at=now(),
        stated_by_id=actor.person_id,
    )
    db.session.add(tie)
    db.session.flush()
    audit.record(actor, "review.affiliation", person, after=_said(tie))
    _ask_rules_again(person)
    return tie


def drop_affiliation(actor: Actor, tie: Affiliation) -> None:
    """State a tie no longer. Conflicts that were found by it stay until an officer lifts them.

    raises   Refused
    """
    require(policy.may_keep_profile(actor, tie.person_id))
    audit.record(actor, "review.drop_affiliation", tie.person, before=_said(tie))
    db.session.delete(tie)
    db.session.flush()


def _ask_rules_again(person: Person) -> None:
    stages = db.session.scalars(
        select(CycleStage)
        .join(PanelMember, PanelMember.stage_id == CycleStage.id)
        .where(PanelMember.person_id == person.id, CycleStage.released_at.is_(None))
        .order_by(CycleStage.id)
    )
    for stage in stages.all():
        find_rule_conflicts(stage, [person.id])


def _profile(person: Person) -> ReviewerProfile:
    """The person's profile, their row taken; a new one where there is none."""
    lock(person)
    profile = db.session.scalar(select(ReviewerProfile).where(ReviewerProfile.person_id == person.id))
    if profile is None:
        profile = ReviewerProfile(person=person, expertise="", grade_bands=[], saved_at=now())
        db.session.add(profile)
    return profile


def _check(bands: list[str], most: int | None, away_from: date | None, away_until: date | None) -> None:
    wrong = {}
    if set(bands) - GRADE_BANDS.keys():
        wrong["grade_bands"] = "Choose among the grade spans that are offered."
    if most is not None and not 1 <= most <= MOST_EVER:
        wrong["most"] = MOST_WORDS
    if away_from and away_until and away_until < away_from:
        wrong["away_until"] = "This day is before the first one."
    if wrong:
        raise Invalid("The profile does not hold together.", wrong)


def _check_tie(name: str, relation: str, ended_on: date | None, day: date) -> None:
    wrong = {}
    if not name:
        wrong["name"] = "Write the name of the organization."
    elif len(name) > LONGEST_NAME:
        wrong["name"] = f"Write at most {LONGEST_NAME} characters."
    if relation not in RELATIONS:
        wrong["relation"] = "Choose how you are tied to it."
    if ended_on is not None and relation == "works_there" and ended_on < day:
        wrong["relation"] = "That is over: choose that you worked there."
    if wrong:
        raise Invalid("The tie is not complete.", wrong)


def _said(tie: Affiliation) -> dict[str, Any]:
    return {"organization": tie.name, "tie": tie.relation, "until": tie.ended_on}
