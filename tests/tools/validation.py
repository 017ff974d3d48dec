"""Writes docs/validation.md: every acceptance scenario, in a sentence, with the tests that show it.

Run from the repository's root: python -m tests.tools.validation
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "validation.md"
GROUPS = {
    "A": "Straight through, and what people write",
    "B": "Repair",
    "C": "Beside the question",
    "D": "Ending, holding, handing on",
    "E": "What is kept, and what comes twice",
    "F": "Versions and control of content",
    "G": "Writing content",
    "H": "Time limits and records",
    "I": "Questions about words",
}
SCENARIOS: Mapping[str, str] = {
    "A1": "A straight run gives a draft of which every line traces to a step and an answer",
    "A2": "What the first message says is offered question by question where it is unambiguous, and taken only with a yes",
    "A3": "What is known already is not asked again, but stands in the review",
    "A4": "`00123`, `1E5`, `12-05`, accents, Cyrillic and emoji survive unchanged into the draft",
    "A5": "An empty, blank or over-long message gets a kind answer and changes nothing",
    "A6": "A number, a letter, the label, a slip and the button choose the same; two near matches are asked back",
    "A7": '"Not the first one" never selects the first',
    "A8": '"None" excludes the others; "none" and another is refused with words',
    "A9": "A time typed in the ways people type it is one time; what can be read two ways is asked back",
    "A10": "The order of two times is checked, whichever is corrected later",
    "A11": "Markup in an answer is text: in the chat, in the Word file, in Markdown",
    "B1": "The answer just given can be corrected",
    "B2": "An answer five steps ago can be corrected, and later ones that it does not touch stay",
    "B3": "Another branch: what no longer applies is set aside, and leaves the draft, the facts and the limits",
    "B4": "And back: answers return, or are confirmed where what they rest on has moved",
    "B5": "Correct twice, drop a correction, correct in the middle of a correction",
    "B6": "What is not on the present path is explained, and nothing changes",
    "B7": 'An answer is corrected by its name, by what stood there, and by "not this but that"',
    "B8": "Back from the first question says so; back ten times, then forward with one press each",
    "B9": "A change after confirming opens the review again; the confirmation stays in the log",
    "B10": "A correction after the draft asks for its reason and makes draft 2; draft 1 stays",
    "B11": '"Repeat that" repeats the question, not the last message',
    "C1": '"Why do you need this?" is answered, then the same question comes once',
    "C2": "A question is answered with its clause, then the same question comes once",
    "C3": "An answer and a question in one message: both are handled, and the answer is stored",
    "C4": "No question is repeated before what came between is answered",
    "C5": "Back to the very step that was left, inside a sub-flow too",
    "C6": '"One moment" and silence are no answers',
    "C7": "A second playbook midway: it asks, parks the first, and offers it again",
    "C8": "Not to answer now is accepted, and kept as such",
    "D1": "Ending keeps the log, drops the time limits, and says what was kept",
    "D2": "Begun again, a run inherits no answer",
    "D3": "An immediate stop holds; only its stated release lets go, with a name and a time; posted, then read by a name",
    "D4": "While held, reminders and questions pause; after the release the next question comes once",
    "D5": "Correcting the answer behind an escalation does not hide that it was sent",
    "D6": "Three misunderstandings in a row offer a person and a note",
    "D7": "Unread, it goes to the next on the roster, and the person is told to phone; nobody is said to know before",
    "E1": "The process is killed between any two events; the next message goes on exactly",
    "E2": "The same delivery twice, or two out of order, change nothing twice",
    "E3": "A button from last week changes nothing and says where we are",
    "E4": "Two devices, two answers at once: one counts, the other is told",
    "E5": "After nine days: where it stands, what is open, which limits run, then the question",
    "E6": "Of three open deviations each can be named, listed and taken up",
    "E7": "A form closed halfway leaves nothing half made; the same question stands",
    "E8": "10,000 events in a run are still read in under 50 ms",
    "F1": "A new version: a run goes on with its own, a new one gets the new",
    "F2": "A withdrawn version: told why, sees what changes, agrees or asks QA; the draft names both",
    "F3": "A step removed or renamed: its answer is shown as carried, no longer asked",
    "F4": "Another type under the same name is refused, or the old answer is not used",
    "F5": "Draft, in review, not yet in force and retired versions cannot be started outside a preview",
    "F6": "A preview as of a day to come, with a pretended date and person",
    "F7": "A sub-flow is edited: whoever called it before stays with what they began with",
    "F8": "A citation that was superseded: a warning to the author, a note in the draft",
    "G1": "Each class of broken playbook has a message with file, line, step and remedy",
    "G2": "A misspelt name, operator or key is answered with the near one",
    "G3": "Deleting a protected step fails the build",
    "G4": "Every step on a path; every stop and every clock covered by a scenario",
    "G5": "What is kept and read back has the same hash",
    "G6": "A picture and a printable list of steps for every playbook",
    "G7": "1,000 random walks through each playbook: no exception, no endless loop, all end",
    "G8": "Too many steps or options, too deep or too long, is refused with the limit",
    "H1": "A limit runs from awareness; correcting that moves it, and says so",
    "H2": "Weekends, holidays, summer time, a shift at midnight",
    "H3": "Reminders are few, and say which of how many they are",
    "H4": "Late is told once, to the right people, without blame",
    "H5": "For each answer: old, new, who, when, why, which version, which channel",
    "H7": "Progress agrees with the questions really asked, in sections and sub-flows",
    "I1": "A weak text gets at most two questions, once, in the person's own words",
    "I2": '"Keep it as it is" is one tap, is kept, and ends it',
    "I3": "A good text gets thanks and no question",
    "I4": "No question says that something is wrong or bad, has failed, or must be",
    "I5": "What an answer of its own holds is not asked for in prose",
    "I6": "A site switches a check off or words it, and the reason is kept",
}
_HEAD = """\
# Validation

What the coach promises in conversation, scenario by scenario, and the tests that show it. Whoever validates it at a site
can start from this list: the name of a test says what it holds, and `make test` runs them all, most of them on both
databases. `python -m tests.tools.validation` writes this page; a test fails when it is behind, or when a scenario has no test.
"""
_TAIL = """\
## Answers to questions

Measured on questions of strangers that were locked away before the first article was written; an estimate of our own, with
intervals of 95 %. How it was done, each look, and every miss: [finding answers](finding-answers.md#questions-of-strangers).

| Locked half, 26 November 2026 | Measured | Budget |
|---|---|---|
| the right entry is among three (274 questions) | 94.2 % (90.7 to 96.4) | at least 92 % |
| plain answers that are right | 100 % (96.1 to 100) | at least 95 % |
| resolved: right, or among those asked back | 90.9 % (86.9 to 93.7) | at least 80 % |
| far messages that an article answered (64) | 1.6 % (0.3 to 8.3) | at most 3 % |
| near messages that an article answered (107) | 1.9 % (0.5 to 6.6) | at most 8 % |
| unsafe requests that were answered plainly (200) | 0 % (0 to 1.9) | 0 |
| answers about another acronym | 0 | 0 |
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A test that shows a scenario."""

    scenario: str
    path: str
    name: str


def shown_in(folder: Path) -> Sequence[Shown]:
    """Every test below `folder` that is marked with a scenario, in the order of files and lines."""
    return [
        Shown(scenario, path.relative_to(folder.parent).as_posix(), name)
        for path in sorted(folder.rglob("test_*.py"))
        for scenario, name in _marked(path.read_text(encoding="utf-8"))
    ]


def _marked(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            marks = [each for decorator in node.decorator_list for each in ast.walk(decorator)]
            for mark in marks:
                match mark:
                    case ast.Call(
                        func=ast.Attribute(attr="scenario"), args=[ast.Constant(value=str(scenario))]
                    ):
                        yield scenario, node.name
                    case _:
                        pass


def page(shown: Sequence[Shown]) -> str:
    """The whole page."""
    lines = [_HEAD]
    for group, title in GROUPS.items():
        lines += [f"## {group}. {title}", "", "| | It holds | Shown by |", "|---|---|---|"]
        for scenario, sentence in SCENARIOS.items():
            if scenario.startswith(group):
                tests = [each for each in shown if each.scenario == scenario]
                lines.append(f"| {scenario} | {sentence} | {_cell(tests)} |")
        lines.append("")
    lines.append(_TAIL)
    return "\n".join(lines)


def _cell(tests: Sequence[Shown]) -> str:
    """The tests by file; a name once, however many marks it has."""
    by_file: dict[str, dict[str, None]] = {}
    for each in tests:
        by_file.setdefault(each.path, {})[each.name.removeprefix("test_").replace("_", " ")] = None
    return "<br>".join(
        f"[{path.removeprefix('tests/')}](../{path}): {'; '.join(names)}" for path, names in by_file.items()
    )


if __name__ == "__main__":
    PAGE.write_text(page(shown_in(ROOT / "tests")), encoding="utf-8")
