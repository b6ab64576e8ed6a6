"""What may be attached, told from the content. What is refused stands in test_hostile_uploads.py."""

import pytest

from grants.applications.uploads import accepted, examine
from grants.kernel.errors import Invalid
from grants.programs.schema import FileField
from tests.factories.uploads import PDF, office, open_document, picture

PNG, JPEG, DOCX, XLSX = picture(), picture("JPEG"), office("docx"), office("xlsx")


def field(*kinds: str, at_most_mb: int = 1) -> FileField:
    return FileField.model_validate({"type": "file", "kinds": list(kinds), "at_most_mb": at_most_mb})


@pytest.mark.parametrize(
    ("kinds", "name", "content", "content_type"),
    [
        (["pdf"], "Letter.PDF", PDF, "application/pdf"),
        (["image"], "work.png", PNG, "image/png"),
        (["image"], "work.jpeg", JPEG, "image/jpeg"),
        (["pdf", "docx"], "a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (["odp"], "s.odp", open_document(), "application/vnd.oasis.opendocument.presentation"),
        (["xlsx"], "b.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (["csv"], "c.csv", "school,students\nÉcole,320\n".encode(), "text/csv"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(kinds: list[str], name: str, content: bytes, content_type: str) -> None:
    assert examine(field(*kinds), name, content) == content_type


def test_the_file_chooser_offers_what_is_taken() -> None:
    assert accepted(field("pdf", "image")) == ".pdf,.png,.jpg,.jpeg"


def test_a_refusal_stands_at_its_field() -> None:
    asked = field("pdf", at_most_mb=1).under("letter")
    with pytest.raises(Invalid) as refused:
        examine(asked, "letter.pdf", b"")
    assert refused.value.errors == {"letter": "“letter.pdf” is empty."}
