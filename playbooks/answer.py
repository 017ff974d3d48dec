"""Reading what a person typed or pressed as the answer to one question.

Generous with spelling, never with meaning: two readings are asked back, a negation never picks an option.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from rapidfuzz.distance import OSA

from playbooks.moment import Missing, Several, read_moment
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask, Option

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
MAX_ITEMS = 50
MAX_IDENTIFIER = 100

_YES = frozenset({"yes", "y", "yeah", "yep", "yup", "aye", "correct", "right"})
_NO = frozenset({"no", "n", "nope", "nah"})
_DONT_KNOW = frozenset(
    {"unknown", "i don't know", "i dont know", "don't know", "dont know", "dunno", "not sure", "no idea", "?"}
)
_NEGATIONS = frozenset(
    {"not", "no", "never", "neither", "nor", "except", "without", "isn't", "isnt", "don't", "dont", "but"}
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_NUMBERED = re.compile(
    r"(?:option |number |no ?(?=\d)|the )?(?:(?P<number>\d{1,2})|(?P<letter>[a-z])|(?P<ordinal>[a-z]+)(?: one| option)?)"
)
_SEPARATORS = re.compile(r"[\n,;]+")
_YEARS = range(1900, 2100)


class Trouble(StrEnum):
    """Why an answer could not be taken. Each has its sentence in the wording file, under this name."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NO_SUCH_OPTION = "no_such_option"
    WHICH_OPTION = "which_option"
    NONE_AND_MORE = "none_and_more"
    NOT_A_DATE = "not_a_date"
    NO_TIME = "no_time"
    NO_SUCH_TIME = "no_such_time"
    WHICH_DATE = "which_date"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer not taken: the trouble, what it could have been, the limit it broke, or the script's own words."""

    trouble: Trouble
    could_be: tuple[Option, ...] = ()
    limit: int = 0
    say: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a typed time is meant: the site's zone, and whether its dates put the day first."""

    zone: ZoneInfo
    is_day_first: bool = True


def read_answer(ask: Ask, text: str, now: datetime, place: Place) -> Answer | Unclear:
    """The answer that `text` gives to `ask`, or what stands in the way."""
    stripped = text.strip()
    if not stripped:
        return Unclear(Trouble.EMPTY)
    if ask.unknown and _plain(stripped) in _DONT_KNOW | {_plain(ask.unknown.label)}:
        return Answer(is_unknown=True)
    match ask.type:
        case AnswerType.YES_NO | AnswerType.CHOICE:
            picked = pick(stripped, options_of(ask))
            return picked if isinstance(picked, Unclear) else picked_answer(ask, (picked.value,))
        case AnswerType.MULTI:
            return _read_several(ask, stripped)
        case AnswerType.DATETIME:
            return _read_moment(stripped, now, place)
        case AnswerType.LIST:
            return _read_list(stripped)
        case AnswerType.IDENTIFIER:
            return _read_text(stripped, MAX_IDENTIFIER)
        case AnswerType.TEXT | AnswerType.LONG_TEXT:
            return _read_text(stripped, ask.max_length)
        case _:
            assert_never(ask.type)


def picked_answer(ask: Ask, values: Sequence[str]) -> Answer | Unclear:
    """The answer that pressing the options `values` gives to `ask`; for a datetime, one ISO 8601 moment."""
    if tuple(values) == ("unknown",) and ask.unknown:
        return Answer(is_unknown=True)
    if ask.type is AnswerType.DATETIME:
        return _picked_moment(values)
    allowed = {option.value for option in options_of(ask)}
    if not values:
        return Unclear(Trouble.EMPTY)
    if not allowed.issuperset(values):
        return Unclear(Trouble.NO_SUCH_OPTION, options_of(ask))
    picked = tuple(option for option in options_of(ask) if option.value in values)
    if len(picked) > 1 and ask.type is not AnswerType.MULTI:
        return Unclear(Trouble.WHICH_OPTION, picked)
    if len(picked) > 1 and (alone := [option for option in picked if option not in ask.options]):
        return Unclear(Trouble.NONE_AND_MORE, tuple(alone))
    return Answer(tuple(option.value for option in picked))


def options_of(ask: Ask) -> tuple[Option, ...]:
    """What can be picked, in the order shown; `I don't know` is one of them where it is offered."""
    pickable = YES_NO if ask.type is AnswerType.YES_NO else ask.pickable
    if ask.unknown and pickable and all(option.value != "unknown" for option in pickable):
        return (*pickable, Option("unknown", ask.unknown.label, ask.unknown.say))
    return pickable


def pick(text: str, options: Sequence[Option]) -> Option | Unclear:
    """The option that `text` means: by its label, value, number, letter, own word or a close misspelling."""
    words = _plain(text)
    near = _named(text, options) or _by_synonym(words, options) or _by_place(words, options)
    if not near and not _NEGATIONS.intersection(words.split()):
        near = _with_all_words(words, options) or _close(words, options)
    match near:
        case []:
            return Unclear(Trouble.NO_SUCH_OPTION, tuple(options))
        case [only]:
            return only
        case _:
            return Unclear(Trouble.WHICH_OPTION, tuple(near))


def _named(text: str, options: Sequence[Option]) -> list[Option]:
    """The options whose label or value this is: to the letter, or else but for case and punctuation."""
    words = _plain(text)
    exact = [option for option in options if text.strip() in {option.label, option.value}]
    return exact or [o for o in options if words and words in {_plain(o.label), _plain(o.value)}]


def _by_synonym(words: str, options: Sequence[Option]) -> list[Option]:
    by_value = {option.value: option for option in options}
    if words in _DONT_KNOW and "unknown" in by_value:
        return [by_value["unknown"]]
    if by_value.keys() >= {"yes", "no"} and words in _YES | _NO:
        return [by_value["yes" if words in _YES else "no"]]
    return []


def _by_place(words: str, options: Sequence[Option]) -> list[Option]:
    match = _NUMBERED.fullmatch(words)
    if not match:
        return []
    if match["number"]:
        place = int(match["number"])
    elif match["letter"]:
        place = ord(match["letter"]) - ord("a") + 1
    else:
        place = _ORDINALS.get(match["ordinal"], 0)
    place = len(options) if place == -1 else place
    return [options[place - 1]] if 1 <= place <= len(options) else []


def _with_all_words(words: str, options: Sequence[Option]) -> list[Option]:
    asked = set(words.split())
    return [option for option in options if asked and asked <= set(_plain(option.label).split())]


def _close(words: str, options: Sequence[Option]) -> list[Option]:
    """Options at most one slip in four letters away; a second one nearly as close is kept too."""
    if len(words) < 3:
        return []
    slips = [
        (min(_slips(words, _plain(option.label)), _slips(words, _plain(option.value))), option)
        for option in options
    ]
    allowed = max(len(words) // 4, 1)
    best = min((distance for distance, _ in slips), default=0)
    return [option for distance, option in slips if distance <= min(best + 1, allowed)]


def _slips(typed: str, meant: str) -> int:
    """How many slips of the keys lie between the two; very many where the difference is one of meaning.

    Another number is another thing ("line 2"), and another beginning is the opposite ("unreleased").
    """
    is_same_kind = _initials(typed) == _initials(meant) and _digits(typed) == _digits(meant)
    return OSA.distance(typed, meant) if is_same_kind else max(len(typed), len(meant))


def _initials(words: str) -> list[str]:
    return [word[0] for word in words.split()]


def _digits(words: str) -> list[str]:
    return re.findall(r"\d", words)


def _read_several(ask: Ask, text: str) -> Answer | Unclear:
    whole = pick(text, options_of(ask))
    if isinstance(whole, Option):
        return picked_answer(ask, (whole.value,))
    values: list[str] = []
    parts = list(_parts(re.sub(r"\band\b|&|\+", ",", text, flags=re.IGNORECASE)))
    if len(parts) > MAX_ITEMS:
        return Unclear(Trouble.TOO_MANY, limit=MAX_ITEMS)
    for part in parts:
        picked = pick(part, options_of(ask))
        if isinstance(picked, Unclear):
            return picked
        values.append(picked.value)
    return picked_answer(ask, values)


def _read_moment(text: str, now: datetime, place: Place) -> Answer | Unclear:
    found = read_moment(text, now, place.zone, is_day_first=place.is_day_first)
    match found:
        case datetime():
            return Answer((found.isoformat(timespec="minutes"),))
        case Several(moments):
            return Unclear(Trouble.WHICH_DATE, tuple(_as_option(moment) for moment in moments))
        case Missing.NOT_A_DATE:
            return Unclear(Trouble.NOT_A_DATE)
        case Missing.NO_TIME:
            return Unclear(Trouble.NO_TIME)
        case Missing.NO_SUCH_TIME:
            return Unclear(Trouble.NO_SUCH_TIME)
        case _:
            assert_never(found)


def _picked_moment(values: Sequence[str]) -> Answer | Unclear:
    try:
        (only,) = values
        moment = datetime.fromisoformat(only)
    except ValueError:
        return Unclear(Trouble.NOT_A_DATE)
    is_moment = moment.tzinfo is not None and moment.year in _YEARS
    return Answer((only,)) if is_moment else Unclear(Trouble.NOT_A_DATE)


def _as_option(moment: datetime) -> Option:
    return Option(moment.isoformat(timespec="minutes"), show_moment(moment))


def show_moment(moment: datetime) -> str:
    """A moment as people read it, never two ways: `3 June 2025, 06:10 (CEST)`."""
    return f"{moment.day} {moment:%B %Y, %H:%M} ({moment.tzname()})"


def _read_list(text: str) -> Answer | Unclear:
    items = tuple(dict.fromkeys(_parts(text)))
    if not items:
        return Unclear(Trouble.EMPTY)
    if len(items) > MAX_ITEMS:
        return Unclear(Trouble.TOO_MANY, limit=MAX_ITEMS)
    if any(len(item) > MAX_IDENTIFIER for item in items):
        return Unclear(Trouble.TOO_LONG, limit=MAX_IDENTIFIER)
    return Answer(items)


def _read_text(text: str, limit: int) -> Answer | Unclear:
    return Answer((text,)) if len(text) <= limit else Unclear(Trouble.TOO_LONG, limit=limit)


def _parts(text: str) -> Iterable[str]:
    return (part.strip() for part in _SEPARATORS.split(text) if part.strip())


def _plain(text: str) -> str:
    return " ".join(
        re.sub(r"[^\w'?]+", " ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).split()
    )
