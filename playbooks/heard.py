"""What the words that began a run already say, to be offered as an answer. Only what can be read in one way, and never taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from playbooks.answer import read_answer
from playbooks.moment import read_moment
from playbooks.place import Place
from playbooks.run import Answer
from playbooks.script import AnswerType, Ask

HEARD_TYPES = frozenset({AnswerType.IDENTIFIER, AnswerType.LIST, AnswerType.TEXT, AnswerType.DATETIME})
_NAME = r"(?=[\w./-]*\d)\w[\w./-]*(?<![./-])(?![\w:])"  # of a lot, a room, a machine: a figure is in it
_ONE = re.compile(rf"[\s:#]*(?:(?:numbers?|nos?|nr)\b\.?)?[\s:#]*(?P<name>{_NAME})", re.IGNORECASE)
_NEXT = re.compile(rf"\s*(?P<by>,|and\b|&|or\b)\s*(?P<name>{_NAME})", re.IGNORECASE)
_NOT_SO = re.compile(
    r"\b(?:not|no|never|without|other than|isn't|isnt|wasn't|wasnt)(?: \w+)?\s*$", re.IGNORECASE
)
_MOST_WORDS = 6  # of a date and time
_BEFORE_A_TIME = re.compile(r"^(?:it )?(?:at |on |around )?", re.IGNORECASE)


def heard(ask: Ask, opening: str, now: datetime, place: Place) -> Answer | None:
    """What `opening`, said at `now`, already answers to `ask`: what stands after one of the words the question names.

    None where it says nothing of it, more than one thing, or something that can be read in two ways.
    """
    said: list[str]
    match ask.type:
        case AnswerType.DATETIME:
            said = list(_moments(ask.offers_after, opening, now, place))
        case AnswerType.LIST | AnswerType.IDENTIFIER:
            groups = list(_names(ask.offers_after, opening))
            said = [name for names in groups for name in names] if all(groups) else []
        case _:
            said = list(_places(ask.offers_after, opening))
    said = list(dict.fromkeys(said))
    if ask.type is AnswerType.LIST:
        said = [", ".join(said)]
    if len(said) != 1 or not said[0]:
        return None
    read = read_answer(ask, said[0], now, place)
    return read if isinstance(read, Answer) else None


def _after(words: Sequence[str], opening: str) -> Iterator[tuple[str, str]]:
    """Each of `words` in `opening` with all that stands after it, in order; of two that overlap the longer one."""
    each = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    for match in re.finditer(rf"(?<!\w)(?:{each})(?!\w)", opening, re.IGNORECASE):
        if not _NOT_SO.search(opening[: match.start()]):
            yield match[0], opening[match.end() :]


def _names(words: Sequence[str], opening: str) -> Iterator[list[str]]:
    """The names after each of `words`: one, and those of the same shape beside it; nothing where it is this or that."""
    for _, rest in _after(words, opening):
        match = _ONE.match(rest)
        if match is None:
            continue
        names, is_sure = [match["name"]], True
        rest = rest[match.end() :]
        while (match := _NEXT.match(rest)) and _shape(match["name"]) == _shape(names[0]):
            is_sure = is_sure and match["by"].lower() != "or"
            names.append(match["name"])
            rest = rest[match.end() :]
        yield names if is_sure else []


def _places(words: Sequence[str], opening: str) -> Iterator[str]:
    """Each of `words` with the name after it, as it was typed: "cold room CR-02"."""
    for word, rest in _after(words, opening):
        if match := _ONE.match(rest):
            yield f"{word}{rest[: match.end()]}"


def _moments(words: Sequence[str], opening: str, now: datetime, place: Place) -> Iterator[str]:
    """The date and time after each of `words`, as far as the words go that can be read as one."""
    for _, rest in _after(words, opening):
        said = _BEFORE_A_TIME.sub("", re.split(r"[;\n]|\. ", rest.strip())[0]).split()[:_MOST_WORDS]
        for count in range(len(said), 0, -1):
            text = " ".join(said[:count]).rstrip(",.?!")
            if isinstance(read_moment(text, now, place.zone, is_day_first=place.is_day_first), datetime):
                yield text
                break


def _shape(name: str) -> str:
    """A name with every figure alike, and every letter."""
    return re.sub(r"[A-Za-z]", "@", re.sub(r"\d", "#", name))
