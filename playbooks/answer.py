"""Reading what a person typed or pressed as the answer to one question.

Generous with spelling, never with meaning: two readings are asked back, a negation never picks an option.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import assert_never

from rapidfuzz.distance import OSA

from playbooks.moment import Missing, Several, read_date, read_moment, read_time
from playbooks.place import Place
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask, Option, Setting

YES_NO: tuple[Option, ...] = (Option("yes", "Yes"), Option("no", "No"))
DONE: tuple[Option, ...] = (Option("yes", "Yes, done"),)
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
_NUMBER = re.compile(r"(?P<number>[+-]?\d{1,15}(?:[.,]\d{1,15})?) ?(?P<unit>\D.{0,20})?")
_ONE_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_SEPARATORS = re.compile(r"[\n,;]+")
_AND = re.compile(r"\s(?:and|&)\s", re.IGNORECASE)
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
    NOT_A_DAY = "not_a_day"
    NOT_A_TIME = "not_a_time"
    NOT_A_NUMBER = "not_a_number"
    NOT_ALL_NUMBERS = "not_all_numbers"
    WHICH_NUMBER = "which_number"
    OTHER_UNIT = "other_unit"
    OTHER_SHAPE = "other_shape"
    NEEDS_A_FILE = "needs_a_file"
    TOO_MANY_FILES = "too_many_files"
    OTHER_FILE = "other_file"
    MUST_BE_ANSWERED = "must_be_answered"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer not taken: the trouble, what it could have been, the limit it broke, or the script's own words."""

    trouble: Trouble
    could_be: tuple[Option, ...] = ()
    limit: int = 0
    say: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the person sent it: it is kept under the SHA-256 of its bytes; `kind` is what its bytes are."""

    sha256: str
    name: str
    kind: str

    def as_value(self) -> str:
        """This file as one value of an answer."""
        return f"{self.sha256} {self.name}"

    @staticmethod
    def name_of(value: str) -> str:
        """The name of the file that a value of an answer stands for."""
        return value.partition(" ")[2]


def read_answer(ask: Ask, text: str, now: datetime, place: Place) -> Answer | Unclear:
    """The answer that `text` gives to `ask`, or what stands in the way."""
    stripped = text.strip()
    if not stripped:
        return Unclear(Trouble.EMPTY)
    if ask.unknown and _plain(stripped) in _DONT_KNOW | {_plain(ask.unknown.label)}:
        return Answer(is_unknown=True)
    match ask.type:
        case AnswerType.YES_NO | AnswerType.CHOICE | AnswerType.CONFIRM:
            picked = pick(stripped, options_of(ask))
            return picked if isinstance(picked, Unclear) else picked_answer(ask, (picked.value,))
        case AnswerType.MULTI:
            return _read_several(ask, stripped)
        case AnswerType.DATETIME:
            return _read_moment(stripped, now, place)
        case AnswerType.DATE:
            return _read_day(stripped, now, place)
        case AnswerType.TIME:
            found = read_time(stripped)
            return Unclear(Trouble.NOT_A_TIME) if isinstance(found, Missing) else Answer((f"{found:%H:%M}",))
        case AnswerType.NUMBER:
            return _read_number(stripped, ask.unit)
        case AnswerType.LIST:
            return _read_list(stripped, ask)
        case AnswerType.IDENTIFIER:
            return _read_identifier(stripped, mask_of(ask, place))
        case AnswerType.ATTACHMENT:
            return Unclear(Trouble.NEEDS_A_FILE)
        case AnswerType.TEXT | AnswerType.LONG_TEXT | AnswerType.PERSON:
            return _read_text(stripped, ask.max_length)
        case _:
            assert_never(ask.type)


def sent_answer(ask: Ask, files: Sequence[Upload]) -> Answer | Unclear:
    """The answer that sending `files` gives to `ask`."""
    if ask.type is not AnswerType.ATTACHMENT:
        return Unclear(Trouble.NOT_ALLOWED, say="This question takes words, not a file.")
    if not files:
        return Unclear(Trouble.NEEDS_A_FILE)
    if len(files) > ask.max_files:
        return Unclear(Trouble.TOO_MANY_FILES, limit=ask.max_files)
    if any(ask.allow and file.kind not in ask.allow for file in files):
        return Unclear(Trouble.OTHER_FILE, say=", ".join(ask.allow))
    return Answer(tuple(file.as_value() for file in files))


def picked_answer(ask: Ask, values: Sequence[str]) -> Answer | Unclear:
    """The answer that pressing the options `values` gives to `ask`; a moment, day or time as ISO 8601."""
    if tuple(values) == ("unknown",) and ask.unknown:
        return Answer(is_unknown=True)
    match ask.type:
        case AnswerType.DATETIME:
            return _picked_moment(values)
        case AnswerType.DATE:
            return _picked_day(values)
        case AnswerType.TIME:
            return _picked_time(values)
        case AnswerType.NUMBER:
            return _read_number(values[0], ask.unit) if len(values) == 1 else Unclear(Trouble.NOT_A_NUMBER)
        case _:
            pass
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
    match ask.type:
        case AnswerType.YES_NO:
            pickable = YES_NO
        case AnswerType.CONFIRM:
            pickable = ask.options or DONE
        case _:
            pickable = ask.pickable
    if ask.unknown and pickable and all(option.value != "unknown" for option in pickable):
        return (*pickable, Option("unknown", ask.unknown.label, ask.unknown.say))
    return pickable


def mask_of(ask: Ask, place: Place) -> str:
    """The shape an identifier must have here; empty when it may have any."""
    return place.values.get(ask.mask.name, "") if isinstance(ask.mask, Setting) else ask.mask


def is_yes(text: str) -> bool:
    """Whether the whole of `text` says yes."""
    return _plain(text) in _YES


def is_no(text: str) -> bool:
    """Whether the whole of `text` says no."""
    return _plain(text) in _NO


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
    meant = "yes" if words in _YES else "no" if words in _NO else ""
    return [by_value[meant]] if meant in by_value else []


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


def _read_day(text: str, now: datetime, place: Place) -> Answer | Unclear:
    found = read_date(text, now.astimezone(place.zone).date(), is_day_first=place.is_day_first)
    match found:
        case Several(days):
            could_be = tuple(Option(day.isoformat(), show_day(day)) for day in days)
            return Unclear(Trouble.WHICH_DATE, could_be)
        case Missing():
            return Unclear(Trouble.NOT_A_DAY)
        case day:
            return Answer((day.isoformat(),))


def _read_number(text: str, unit: str) -> Answer | Unclear:
    match = _NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if match is None:
        return Unclear(Trouble.NOT_A_NUMBER)
    if match["unit"] and match["unit"].casefold() != unit.casefold():
        return Unclear(Trouble.OTHER_UNIT, say=unit) if unit else Unclear(Trouble.NOT_A_NUMBER)
    digits = match["number"]
    if _TWO_WAYS.fullmatch(digits):  # 1,234 is a thousand to some and a little more than one to others
        readings = (digits.replace(",", "."), digits.replace(",", ""))
        return Unclear(
            Trouble.WHICH_NUMBER, tuple(Option(each, f"{each} {unit}".strip()) for each in readings)
        )
    return Answer((digits.replace(",", "."),))


def _read_identifier(text: str, mask: str) -> Answer | Unclear:
    if mask and not _fits(text, mask):
        return Unclear(Trouble.OTHER_SHAPE, say=mask)
    return _read_text(text, MAX_IDENTIFIER)


def _fits(text: str, mask: str) -> bool:
    """Whether `text` has the shape of `mask`: # a digit, @ a letter, everything else as it stands."""
    kinds = {"#": str.isdecimal, "@": str.isalpha}
    return len(text) == len(mask) and all(
        kinds[shape](char) if shape in kinds else char.casefold() == shape.casefold()
        for char, shape in zip(text, mask, strict=True)
    )


def _picked_day(values: Sequence[str]) -> Answer | Unclear:
    try:
        (only,) = values
        return Answer((date.fromisoformat(only).isoformat(),))
    except ValueError:
        return Unclear(Trouble.NOT_A_DAY)


def _picked_time(values: Sequence[str]) -> Answer | Unclear:
    try:
        (only,) = values
        return Answer((f"{time.fromisoformat(only):%H:%M}",))
    except ValueError:
        return Unclear(Trouble.NOT_A_TIME)


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


def show_day(day: date) -> str:
    """A day as people read it, never two ways: `3 June 2025`."""
    return f"{day.day} {day:%B %Y}"


def _read_list(text: str, ask: Ask) -> Answer | Unclear:
    """The entries of a list, each once. Between identifiers "and" separates too; in a text it belongs to the text."""
    if ask.of == "number":
        return _read_numbers(text)
    is_of_identifiers = ask.of == "identifier"
    limit = MAX_IDENTIFIER if is_of_identifiers else ask.max_length
    items = tuple(dict.fromkeys(_parts(_AND.sub(",", text) if is_of_identifiers else text)))
    if not items:
        return Unclear(Trouble.EMPTY)
    if len(items) > MAX_ITEMS:
        return Unclear(Trouble.TOO_MANY, limit=MAX_ITEMS)
    if any(len(item) > limit for item in items):
        return Unclear(Trouble.TOO_LONG, limit=limit)
    return Answer(items)


def _read_numbers(text: str) -> Answer | Unclear:
    """The numbers of a list in their order, each as often as it stands there, as they are pasted from anywhere.

    A comma inside a number is its decimal one, unless there are several in a row, or points too: then it stands between
    numbers.
    """
    items: list[str] = []
    for part in re.split(r"[\s;]+|,(?=\s)", text.replace("\N{MINUS SIGN}", "-")):
        is_several = part.count(",") > 1 or ("," in part and "." in part)
        items += part.split(",") if is_several else [part.replace(",", ".")]
    items = [item for item in items if item]
    if odd := next((item for item in items if not _ONE_NUMBER.fullmatch(item)), ""):
        return Unclear(Trouble.NOT_ALL_NUMBERS, say=odd[:MAX_IDENTIFIER])
    if len(items) > MAX_ITEMS:
        return Unclear(Trouble.TOO_MANY, limit=MAX_ITEMS)
    return Answer(tuple(items)) if items else Unclear(Trouble.EMPTY)


def _read_text(text: str, limit: int) -> Answer | Unclear:
    return Answer((text,)) if len(text) <= limit else Unclear(Trouble.TOO_LONG, limit=limit)


def _parts(text: str) -> Iterable[str]:
    return (part.strip() for part in _SEPARATORS.split(text) if part.strip())


def _plain(text: str) -> str:
    return " ".join(
        re.sub(r"[^\w'?]+", " ", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).split()
    )
