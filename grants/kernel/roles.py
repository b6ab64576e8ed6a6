"""The roles people hold, in the foundation and in an organization."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the foundation. Applicant and coach follow from memberships; the others are granted."""

    APPLICANT = "applicant"
    COACH = "coach"
    REVIEWER = "reviewer"
    PARTNER_FUNDER = "partner_funder"
    PROGRAM_OFFICER = "program_officer"
    FINANCE_OFFICER = "finance_officer"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()

    @classmethod
    def staff(cls) -> frozenset["Role"]:
        return frozenset({cls.PROGRAM_OFFICER, cls.FINANCE_OFFICER, cls.DIRECTOR, cls.AUDITOR, cls.ADMINISTRATOR})

    @classmethod
    def granted(cls) -> tuple["Role", ...]:
        """Those an administrator gives and takes."""
        return tuple(role for role in cls if role not in {cls.APPLICANT, cls.COACH, cls.SYSTEM})


class OrganizationRole(StrEnum):
    """What a person is in an organization. A signatory certifies and signs; a lead invites; a viewer only reads."""

    LEAD = "lead"
    EDITOR = "editor"
    VIEWER = "viewer"
    SIGNATORY = "signatory"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @classmethod
    def writers(cls) -> tuple["OrganizationRole", ...]:
        return (cls.LEAD, cls.EDITOR, cls.SIGNATORY)
