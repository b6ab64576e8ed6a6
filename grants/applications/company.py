"""Who else is in a draft, in words."""

from collections.abc import Iterable

from grants.applications.models import Presence
from grants.programs.schema import Form


def here_words(form: Form, others: Iterable[Presence], section: str) -> str:
    """Where the others are, for whoever has a section open: "Luis Ortega is here. Dana Ruiz is in Numbers."

    form, section   the form as the applicant meets it, and the key of the open section
    returns         one sentence for each of them; nothing where nobody else is
    """
    sentences = []
    for one in others:
        if one.section == section:
            asked = form.sections[section].fields.get(one.field or "")
            sentences.append(f"{one.person.name} is {f'writing “{asked.title}”' if asked else 'here'}.")
        elif one.section in form.sections:
            sentences.append(f"{one.person.name} is in {form.sections[one.section].title}.")
    return " ".join(sentences)


def typing_words(others: Iterable[Presence], section: str) -> dict[str, str]:
    """Field key -> who types there: "Luis Ortega is writing here"; of two, the one who came later."""
    return {one.field: f"{one.person.name} is writing here" for one in others if one.field and one.section == section}


def section_words(others: Iterable[Presence], section: str) -> str:
    """Who is in a section, for the list of sections: "Luis writing", "Luis and Dana here"; nothing without anybody."""
    there = [one for one in others if one.section == section]
    writing = [one.person.name.split()[0] for one in there if one.field]
    if writing:
        return f"{' and '.join(writing)} writing"
    return f"{' and '.join(one.person.name.split()[0] for one in there)} here" if there else ""
