"""Whatever is done to a valid file, the answer is a definition or errors with their lines; never anything else."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grants.programs.loading import LIBRARY, check
from tests.programs.texts import SMALL

PILOT = (LIBRARY / "pilot_fund.yaml").read_text(encoding="utf-8")
SIGNS = ("- ", ": ", "{", "}", "[", "]", '"', "'", "&a ", "*a", "!x ", "|", ">", "#", "\t", "\n", "\n  ", "? ", "%")
SCALARS = ("null", "~", "yes", "true", "-1", "0", "1e9", "99999999999999999999", ".nan", "2016-02-31", "$1", "101%")
OWN_WORDS = ("all", "any", "not", "from", "key", "plan.vision", "{award.amount}", "\x00", "\ud800", "\U0001f6a2")
FRAGMENTS = st.one_of(st.text(max_size=12), st.sampled_from([*SIGNS, *SCALARS, *OWN_WORDS]))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([SMALL, PILOT]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.one_of(st.just(0), st.integers(0, 40)))
        text = text[:start] + draw(FRAGMENTS) + text[start + length :]
    return text


def judged(text: str | bytes) -> None:
    report = check(text, "mutated.yaml")
    lines = (text if isinstance(text, str) else text.decode("utf-8", "replace")).count("\n") + 1
    assert (report.definition is None) == bool(report.errors)
    for finding in report.findings:
        assert finding.line is not None
        assert 1 <= finding.line <= lines + 1
        assert finding.sentence.strip()


@settings(max_examples=300)
@given(mutated())
@example(SMALL.replace("due: 2017-07-15", "due: 100 years after agreement_signed"))
@example(SMALL.replace("weight: 3", "weight: 0").replace("{title: Team,", "{title: Team, weight: 0,"))
@example(SMALL.replace("kind: report, due: 2017-06-30", "kind: report, from: 2199-06-30, every: 99 years, times: 99"))
@example(SMALL.replace("from: 1, to: 4,", "from: 0, to: 3,"))
def test_any_mutation_loads_or_is_told_with_its_line(text: str) -> None:
    judged(text)


@settings(max_examples=100)
@given(st.permutations(SMALL.splitlines(keepends=True)), st.integers(0, 60))
def test_lines_in_any_order_too(lines: list[str], keep: int) -> None:
    judged("".join(lines[:keep]))


@given(st.binary(max_size=200))
def test_any_bytes_too(content: bytes) -> None:
    judged(content)


scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["x", "open", "$5", "50%", "yes"]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "kind", "field", "all", "1"]), inner, max_size=3),
    ),
    max_leaves=6,
)


def flow(value: object) -> str:
    """A value in YAML's one-line form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload, no-any-return]


@settings(max_examples=300)
@given(st.data())
def test_any_value_in_any_place_too(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    place = data.draw(st.sampled_from([number for number, line in enumerate(lines) if ": " in line]))
    lines[place] = f"{lines[place].split(': ', 1)[0]}: {flow(data.draw(values))}"
    judged("\n".join(lines))
