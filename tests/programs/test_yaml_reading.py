"""YAML is read as plain data with lines; everything that is more than plain is refused with its line."""

from datetime import date
from decimal import Decimal

import pytest

from grants.programs.yaml_reading import MOST_BYTES, Unreadable, read_yaml


def test_plain_data_is_read_as_yaml_1_2_reads_it() -> None:
    text = (
        "a: no\nb: on\nc: true\nd: 12\ne: 1.50\nf: 2016-09-01\ng: '2016-09-01'\nh:\ni: 3:30\n"
        "j: 0x1F\nk: 1_000\n1: x\n'2': y\nl: ~\nm: 2016-13-01\nn: [1, {o: p}]\n"
    )
    assert read_yaml(text).data == {
        "a": "no",
        "b": "on",
        "c": True,
        "d": 12,
        "e": Decimal("1.50"),
        "f": date(2016, 9, 1),
        "g": "2016-09-01",
        "h": None,
        "i": "3:30",
        "j": "0x1F",
        "k": "1_000",
        "1": "x",
        "2": "y",
        "l": None,
        "m": "2016-13-01",
        "n": [1, {"o": "p"}],
    }


def test_every_part_knows_its_line() -> None:
    read = read_yaml("# first\na:\n  b: 1\n  c:\n    - x\n    - {d: 2,\n       e: 3}\n")
    assert {path: line for path, line in read.lines.items() if path} == {
        ("a",): 2,
        ("a", "b"): 3,
        ("a", "c"): 4,
        ("a", "c", 0): 5,
        ("a", "c", 1): 6,
        ("a", "c", 1, "d"): 6,
        ("a", "c", 1, "e"): 7,
    }
    assert read.line_of(("a", "c", 1, "e", "deeper")) == 7
    assert read.line_of(("unknown",)) == read.line_of(())


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("a: 1\nb: 2\na: 3", 3, "“a” is here a second time; it is already on line 1"),
        ("a: 1\nb: &x 2", 2, "& and * (anchors and aliases) are not used here; write the text out"),
        ("a: &a [x]\nb: [*a, *a]", 1, "& and * (anchors and aliases) are not used here; write the text out"),
        ("b:\n  - *a", 2, "& and * (anchors and aliases) are not used here; write the text out"),
        (
            "a: !!python/object/apply:os.system [ls]",
            1,
            "tags (!) are not used here; if the text begins with !, put it in quotes",
        ),
        ("? !x a\n: 1", 1, "tags (!) are not used here; if the text begins with !, put it in quotes"),
        ("---\na: 1\n---\nb: 2", 3, "a second document begins here (---); a definition is one document"),
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("? [1, 2]\n: 3", 1, "a name is expected before the “:”, not a list or group"),
        ("a:\n" + "[" * 200, 2, "this is nested too deeply"),
        ("a: 'x\nb: 1\n", 3, "a quote or a bracket that was opened is never closed"),
        ("a:\n\tb: 1", 2, "there is a tab here; indent with spaces"),
        (
            "a: 1\nb: c: d",
            2,
            "a second “: ” on one line cannot be read; put the text in quotes, or check the indentation",
        ),
        ("a:\n  - b\n c: 1", 3, "this line is not indented like the lines above it"),
        ("a: {b: Why now?, c: 1}", 1, "a text with a question mark needs quotes inside { } and [ ]"),
        ("a: 1\nb: \x07", 2, "there is a character that is not text (code 0007)"),
        ('a: 1\nb: "\\0"', 2, "there is a character that is not text (code 0000)"),
        ('a: 1\nb: "\\uD800"', 2, "there is a character that is not text (code D800)"),
        (b"a: 1\nb: \xff", 2, "this is not UTF-8 text; save the file as UTF-8"),
        ("a" * (MOST_BYTES + 1), 1, "the file is larger than 512 KB, far more than a definition needs"),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(text: str | bytes, line: int, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_yaml(text)
    assert (refused.value.line, refused.value.sentence) == (line, sentence)


def test_an_impossible_escape_is_refused() -> None:
    with pytest.raises(Unreadable, match="not text that can be read"):
        read_yaml('a: "\\UFFFFFFFF"')


def test_a_byte_order_mark_is_no_matter() -> None:
    assert read_yaml("a: é\n".encode("utf-8-sig")).data == {"a": "é"}
