"""What changed between two definitions of a program, in words. Pure: two definitions in, sentences out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grants.programs.phrases import approvals, band, bounds, entry, installment, listed, low
from grants.programs.schema import (
    AmountRule,
    Band,
    Calibration,
    Definition,
    EntryRule,
    Named,
    Part,
    PortfolioRule,
    ScheduleLine,
    Tie,
    words,
)

LONG_TEXT: Final = 70
"""Beyond so many characters a text is said to be reworded rather than quoted twice."""


@dataclass(frozen=True)
class Change:
    """One difference: `Planning grant: the pool changes from $800,000 to $850,000.`"""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


_PHRASES: Final[Mapping[str, str]] = {
    "pool": "the pool",
    "awards.at_least": "the least number of awards",
    "awards.at_most": "the greatest number of awards",
    "by_score": "the amounts by score",
    "flat": "the amount of an award",
    "enter": "who may enter",
    "screening": "what is checked before review",
    "remind": "when those who have not submitted are reminded",
    "owes": "what a grantee owes",
    "indicators": "what is measured",
    "reviewers_each": "the number of reviewers for each submission",
    "load.at_most": "the greatest number of submissions for one reviewer",
    "load.at_least": "the least number of submissions for one reviewer",
    "others_scores": "when reviewers see the others' scores",
    "identity": "whether reviewers see who applies",
    "earlier_evidence": "what reviewers see of earlier stages",
    "keep_reviewers_from": "the stage whose reviewers are kept",
    "subjects": "the questions whose answers say what a submission is about",
    "terms": "the text that reviewers accept",
    "calibration": "the samples that reviewers score first",
    "calibration.within": "how far a mark on a sample may be off",
    "anchors": "the anchor scores",
    "text": "the text",
    "approve": "who approves the slate",
    "essentials": "whether a failed essential bars an award",
    "waitlist": "the length of the waitlist",
    "portfolio": "the portfolio rules",
    "ties": "how ties are broken",
    "complete_when.at_least": "the number of events that completes it",
    "counts": "the events that count",
    "required": "whether an answer is required",
    "help": "the help text",
    "share": "the share",
    "times": "how often it is owed",
    "every": "how far apart it is owed",
    "from_": "when it is first due",
    "due": "when it is due",
    "words.at_most": "the word limit",
    "words.at_least": "the least number of words",
    "better": "which direction is better",
    "signed_by": "who signs",
    "when": "the additional paragraphs",
    "pool_shared_with": "the stage whose pool it shares",
    "scale.from_": "the lowest mark",
    "scale.to": "the highest mark",
    "scale.words": "the words for the marks",
    "matches": "the fund it matches",
    "conflicts": "the conflict rules",
    "hint": "the hint",
    "explain": "whether people say in their own words what the tie is",
    "found_by": "the findings that are of it",
    "letters": "the letters",
    "agreement": "the text of the agreement",
}
# What keyed parts are called, by the setting that holds them.
_KINDS: Final[Mapping[str, str]] = {
    "funds": "fund",
    "stages": "stage",
    "rubrics": "rubric",
    "forms": "form",
    "requirements": "requirement",
    "indicators": "indicator",
    "letters": "letter",
    "criteria": "criterion",
    "samples": "sample",
    "conflict_kinds": "kind of conflict",
    "sections": "section",
    "fields": "question",
    "columns": "column",
    "revenue": "revenue line",
    "expense": "expense line",
}


def differences(old: Definition, new: Definition) -> list[Change]:
    """Every change from one definition to another of the same program, in the order of the file; none when equal."""
    return list(_Comparison(old, new).parts(old, new, "The program"))


class _Comparison:
    """Walks two definitions side by side. It holds both, since a reference is said by the title it leads to."""

    def __init__(self, old: Definition, new: Definition) -> None:
        self.old, self.new = old, new

    def parts(self, old: Part, new: Part, where: str, within: str = "") -> Iterator[Change]:
        """Changes between two parts of the same kind; `within` is the dotted path of settings since `where`."""
        before, after = (part.model_dump(mode="json") for part in (old, new))
        for name in type(new).model_fields:
            was, now = getattr(old, name), getattr(new, name)
            if repr(before[name]) == repr(after[name]):  # unlike ==, this sees a change in the order of keys
                continue
            path = f"{within}{name}"
            if _holds_parts(was, now):
                yield from self._keyed(was, now, where, name)
            elif name == "schedules":
                yield from self._schedules(was, now)
            elif isinstance(was, Part) and type(was) is type(now) and not isinstance(now, EntryRule):
                yield from self.parts(was, now, where, f"{path}.")
            else:
                for what in self._changes(path, (was, before[name]), (now, after[name])):
                    yield Change(where, what)

    def _keyed(self, old: Mapping[str, Named], new: Mapping[str, Named], where: str, name: str) -> Iterator[Change]:
        kind = _KINDS.get(name, low(words(name)))
        for key, part in old.items():
            if key not in new:
                yield Change(where, f"the {kind} “{part.title}” is removed.")
        for key, part in new.items():
            if key not in old:
                yield Change(where, f"the {kind} “{part.title}” is added.")
            elif type(old[key]) is not type(part):
                yield Change(where, f"the {kind} “{part.title}” becomes one of another type.")
            else:
                yield from self.parts(old[key], part, _place(where, kind, old[key].title))
        kept = [key for key in new if key in old]
        if kept != [key for key in old if key in new]:
            titles = listed(new[key].title for key in kept)
            yield Change(where, f"the order of {low(words(name))} changes to {titles}.")

    def _schedules(
        self, old: Mapping[str, tuple[ScheduleLine, ...]], new: Mapping[str, tuple[ScheduleLine, ...]]
    ) -> Iterator[Change]:
        for key in dict.fromkeys([*old, *new]):
            where = f"Schedule “{words(key)}”"
            if key not in new:
                yield Change(where, "it is removed.")
            elif key not in old:
                yield Change(where, "it is added.")
            else:
                was = [installment(line, self.old) for line in old[key]]
                now = [installment(line, self.new) for line in new[key]]
                for what in _installment_changes(was, now):
                    yield Change(where, what)

    def _changes(self, path: str, old: tuple[Any, Any], new: tuple[Any, Any]) -> Iterator[str]:
        phrase = _phrase(path)
        if path.endswith("approve"):
            yield f"{phrase} changes from {approvals(old[0])} to {approvals(new[0])}."
            return
        if isinstance(old[0] or new[0], Calibration) and (old[0] is None or new[0] is None):
            yield f"{phrase} are {_fate(str(new[0] or ''))}."
            return
        if isinstance(old[0], dict) and isinstance(new[0], dict):
            yield from self._entries(phrase, old[1], new[1])
            return
        was, now = self._say(*old, self.old), self._say(*new, self.new)
        if isinstance(was, list) and isinstance(now, list):
            yield f"{phrase} {_list_change(was, now, ', ', plural=_is_plural(phrase))}."
        elif max(len(str(was)), len(str(now))) > LONG_TEXT and isinstance(old[0], str) and isinstance(new[0], str):
            yield f"{phrase} is reworded."
        elif not now:
            yield f"{phrase}, which was {was}, is removed."
        elif not was:
            yield f"{phrase} is now {now}."
        else:
            yield f"{phrase} {'change' if _is_plural(phrase) else 'changes'} from {was} to {now}."

    def _entries(self, phrase: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        """Changes between plain values by key, such as targets by year or options of a choice."""
        labels = phrase in {"the options", "the rows"}
        for key in dict.fromkeys([*old, *new]):
            was = self._name(_flat(old[key]), self.old) if key in old else ""
            now = self._name(_flat(new[key]), self.new) if key in new else ""
            said = "" if labels else f"{key if key.isdigit() else low(words(key))} "
            if was and now and was != now:
                yield f"in {phrase}, {said}{f'“{was}” becomes “{now}”' if labels else f'changes from {was} to {now}'}."
            elif was != now:
                yield f"in {phrase}, {said}{f'“{now or was}”' if labels else f'({now or was})'} is {_fate(now)}."
        if labels and set(old) == set(new) and list(old) != list(new):
            yield f"the order of {phrase} changes."

    def _say(self, value: Any, dumped: Any, definition: Definition) -> str | list[str]:
        """A value in words: `dumped` is its form in the file, such as $800,000."""
        if isinstance(value, EntryRule):
            return entry(value, definition)
        if isinstance(value, tuple):
            return [self._one(item, plain, definition) for item, plain in zip(value, dumped, strict=True)]
        if isinstance(value, AmountRule | dict | Part):
            return _flat(dumped)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else self._name(str(dumped), definition)

    def _one(self, item: Any, plain: Any, definition: Definition) -> str:
        sayings: Mapping[type, Callable[[Any], str]] = {
            Band: band,
            PortfolioRule: lambda rule: f"{rule.title} ({bounds(rule, '')})",
            Tie: lambda tie: "by lot" if tie.lot else low(words(tie.criterion or tie.attribute or "")),
            EntryRule: lambda rule: entry(rule, definition),
        }
        if (say := sayings.get(type(item))) is not None:
            return say(item)
        return _flat(plain) if isinstance(plain, dict) else self._name(str(plain), definition)

    def _name(self, text: str, definition: Definition) -> str:
        """A reference is said by its title; any other text as it is."""
        groups = (definition.requirements, definition.indicators, definition.letters, definition.forms)
        more = (definition.rubrics, definition.funds, definition.stages)
        for group in (*groups, *more):
            if text in group:
                return f"“{group[text].title}”"
        return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)+", text) else text


def _installment_changes(old: list[str], new: list[str]) -> Iterator[str]:
    if len(old) != len(new):
        yield f"the installments change from {'; '.join(old)} to {'; '.join(new)}."
        return
    for number, (was, now) in enumerate(zip(old, new, strict=True), start=1):
        if was != now:
            yield f"installment {number} changes from {was} to {now}."


def _holds_parts(old: Any, new: Any) -> bool:
    values = [*old.values(), *new.values()] if isinstance(old, dict) and isinstance(new, dict) else []
    return bool(values) and all(isinstance(part, Named) for part in values)


def _place(where: str, kind: str, title: str) -> str:
    if kind == "stage":
        return title
    if where == "The program":
        return f"{kind.capitalize()} “{title}”"
    return f"{where}, {kind} “{title}”"


def _phrase(path: str) -> str:
    """How a setting is called: the longest known ending of its path, or its own name."""
    steps = path.split(".")
    for start in range(len(steps)):
        if (phrase := _PHRASES.get(".".join(steps[start:]))) is not None:
            return phrase
    return f"the {low(words(' of the '.join(reversed(steps)).replace('_', ' ')))}"


def _fate(now: str) -> str:
    return "added" if now else "removed"


def _is_plural(phrase: str) -> bool:
    head = re.split(" of | by | for | that ", phrase)[0]
    return head.endswith("s") and not head.startswith(("what", "how", "who", "whether"))


def _list_change(old: list[str], new: list[str], joint: str, plural: bool = True) -> str:
    s = "" if plural else "s"
    gone, come = [item for item in old if item not in new], [item for item in new if item not in old]
    if gone and come:
        return f"change{s} from {joint.join(old)} to {joint.join(new)}"
    if come:
        return f"now also include{s} {listed(come)}" if old else f"{'are' if plural else 'is'} now {joint.join(new)}"
    if gone:
        return f"no longer include{s} {listed(gone)}"
    return f"change{s} in order to {joint.join(new)}"


def _flat(value: Any) -> str:
    """Nested plain values on one line: `at least: 5, title: …`, leaving out what is empty."""
    if isinstance(value, dict):
        held = {key: item for key, item in value.items() if item not in (None, [], {}, "", False)}
        return ", ".join(f"{low(words(str(key)))}: {_flat(item)}" for key, item in held.items())
    if isinstance(value, list):
        return listed(_flat(item) for item in value)
    return "yes" if value is True else str(value)
