"""Every coaching check there is, and looking at a text with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from playbooks.coaching.action import ACTION
from playbooks.coaching.description import DESCRIPTION
from playbooks.coaching.effectiveness import EFFECTIVENESS
from playbooks.coaching.finding import Finding, Kind, Known, TextCheck, Tier
from playbooks.coaching.laboratory import LABORATORY
from playbooks.coaching.prose import MOST, Prose
from playbooks.coaching.root_cause import ROOT_CAUSE

LONGEST_SENTENCE = 40  # words
KEPT_TWICE = 2
QUIET_FOR = timedelta(days=30)
LOOK_BACK = 2 * QUIET_FOR  # how far back it matters what was kept
LEAST_CASES = 30  # before anything is said of how often a check is kept against
_MOST_KEPT = 80  # percent

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_LITTLE = {
    "en": frozenset(
        [
            "the",
            "a",
            "an",
            "and",
            "of",
            "to",
            "in",
            "is",
            "was",
            "were",
            "are",
            "for",
            "on",
            "at",
            "with",
            "from",
            "by",
            "that",
            "this",
            "it",
            "not",
            "be",
            "been",
            "no",
            "as",
            "or",
            "has",
            "have",
            "had",
        ]
    ),
    "": frozenset(  # the small words of other languages, as far as they are none of English
        [
            "der",
            "die",
            "das",
            "und",
            "ist",
            "nicht",
            "wurde",
            "ein",
            "eine",
            "mit",
            "auf",
            "bei",
            "von",
            "zu",
            "den",
            "dem",
            "des",
            "im",
            "le",
            "la",
            "les",
            "des",
            "et",
            "est",
            "pas",
            "une",
            "dans",
            "par",
            "sur",
            "pour",
            "du",
            "el",
            "los",
            "las",
            "y",
            "que",
            "no",
            "se",
            "en",
            "por",
            "una",
            "con",
            "il",
            "lo",
            "gli",
            "di",
            "che",
            "non",
            "per",
            "una",
            "sono",
            "det",
            "och",
            "att",
            "som",
            "inte",
            "av",
            "het",
            "een",
            "van",
            "niet",
            "op",
            "te",
            "jest",
            "nie",
            "na",
            "do",
            "się",
            "och",
            "är",
            "den",
            "på",
            "og",
            "af",
            "er",
            "til",
            "på",
            "ikke",
        ]
    )
    - frozenset(["no", "do", "die", "den", "is", "was", "on", "to", "in", "of", "at", "by"]),
}


def _long(prose: Prose, _: Known) -> str | None:
    for start, end in prose.sentences:
        words = _WORD.findall(prose.text[start:end])
        if len(words) > LONGEST_SENTENCE:
            found = re.match(r"\W*(?:\S+\s+){0,4}\S+", prose.text[start:end])
            return found[0].strip() if found else ""
    return None


CHECKS: Mapping[str, TextCheck] = {
    check.id: check
    for check in (
        *DESCRIPTION,
        *ROOT_CAUSE,
        *ACTION,
        *EFFECTIVENESS,
        *LABORATORY,
        TextCheck(
            "long_sentence",
            None,
            Tier.LENGTH,
            "The sentence that begins “{quote}” is long. Could it become two?",
            _long,
        ),
    )
}
# Right often enough on texts they had never seen to ask without a site switching them on: docs/coaching-checks.md.
SHIPPED_ON = frozenset(
    {
        "expected_vs_actual",
        "no_identifier",
        "no_when",
        "how_found",
        "relative_date",
        "vague_amount",
        "person_blame",
        "human_terminal",
        "procedure_terminal",
        "hedged_cause",
        "training_only",
        "weak_verb",
        "no_measure",
        "no_window",
        "no_denominator",
        "solution_thrown_away",
    }
)
_ORDER = {name: (check.tier, place) for place, (name, check) in enumerate(CHECKS.items())}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a site wants its texts coached.

    `switched` are the checks that it switched on or off, `reworded` its own questions, `glossary` the short forms that
    all its readers know. `notes_in_draft`: what stayed open is noted in a draft.
    """

    switched: Mapping[str, bool] = field(default_factory=dict)
    reworded: Mapping[str, str] = field(default_factory=dict)
    glossary: tuple[str, ...] = ()
    notes_in_draft: bool = False


@dataclass(frozen=True, slots=True)
class Listener:
    """To whom the questions go: the language they write, and the checks that are quiet for them at present."""

    language: str = "en"
    quiet: Callable[[], Collection[str]] = field(default=frozenset[str])


def checks_of(kind: Kind) -> tuple[str, ...]:
    """The checks on a text of this kind, in the order in which they are asked."""
    return ordered(name for name, check in CHECKS.items() if check.kind in {kind, None})


def ordered(names: Iterable[str]) -> tuple[str, ...]:
    """These checks in the order in which they are asked, whatever else is asked; those there are none of left out."""
    return tuple(sorted((name for name in set(names) if name in CHECKS), key=_ORDER.__getitem__))


def look(
    text: str,
    names: Iterable[str],
    known: Known,
    manner: Manner,
    listener: Listener,
) -> tuple[Finding, ...]:
    """What these checks have to ask about `text`, in their order. Nothing in a language that has no checks.

    The same text always gives the same questions, and each quote is a part of it.
    """
    if listener.language not in _LITTLE or not text.strip() or is_foreign(text):
        return ()
    prose = Prose(text[:MOST])
    asked = [name for name in ordered(names) if is_on(name, manner) and not _is_held(CHECKS[name], known)]
    found = [
        Finding(name, quote, question_of(name, quote, manner))
        for name in asked
        if (quote := CHECKS[name].find(prose, known)) is not None
    ]
    if not found:
        return ()
    quiet = listener.quiet()
    return tuple(finding for finding in found if finding.check not in quiet)


def is_on(name: str, manner: Manner) -> bool:
    """Whether this check is asked at a site."""
    return manner.switched.get(name, name in SHIPPED_ON)


def question_of(name: str, quote: str, manner: Manner) -> str:
    """The question of a check in the site's words or ours, with the person's own words in it."""
    return manner.reworded.get(name, CHECKS[name].question).replace("{quote}", quote)


def is_foreign(text: str) -> bool:
    """Whether `text` is in another language than these checks: its small words, or its letters, are of another."""
    words = [word.casefold() for word in _WORD.findall(text)]
    english, other = (sum(word in _LITTLE[language] for word in words) for language in ("en", ""))
    letters = [letter for letter in text if letter.isalpha()]
    strange = sum(ord(letter) > 0x24F and letter not in "µμ" for letter in letters)
    return other > english or 2 * strange > len(letters)


def quiet_checks(kept: Sequence[tuple[datetime, str]], now: datetime) -> frozenset[str]:
    """The checks that are quiet at `now` for a person who kept their text against them at these times.

    Twice within 30 days makes one quiet for 30 days; then it counts anew.
    """
    quiet: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for at, check in sorted(kept):
        before = last.get(check)
        if before and at - before <= QUIET_FOR:
            quiet[check] = at + QUIET_FOR
            del last[check]
        else:
            last[check] = at
    return frozenset(check for check, until in quiet.items() if now < until)


def is_kept_against(cases: int, kept: int) -> bool:
    """Whether people kept their words against a check so often that somebody should look at it: over 80 % of 30 cases."""
    return cases >= LEAST_CASES and 100 * kept > _MOST_KEPT * cases


def _is_held(check: TextCheck, known: Known) -> bool:
    return check.skipped_by is not None and check.skipped_by in known.held
