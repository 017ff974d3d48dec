"""The numbers of a playbook that are worked out from answers, as they stand in its texts and in a draft."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from playbooks.calc import CALCS, compute
from playbooks.place import Place
from playbooks.position import Position
from playbooks.run import Answer
from playbooks.script import Script

NOT_YET = "\N{EM DASH}"


def known_values(script: Script, answers: Mapping[str, Answer], place: Place) -> dict[str, str]:
    """The script's values that can be worked out from `answers`, by name, as people read a number."""
    found = {}
    for name, value in script.values.items():
        number = compute(value.calc, {own: answers.get(step) for own, step in value.takes}, place)
        if number is not None:
            found[name] = shown(number)
    return found


def value_lines(script: Script, position: Position, place: Place) -> tuple[tuple[str, str], ...]:
    """The label and the number, with what it counts, of every value that is known at this position."""
    return tuple(
        (script.values[name].say, f"{number} {CALCS[script.values[name].calc].unit}".strip())
        for name, number in known_values(script, position.answers, place).items()
    )


def value_words(script: Script, position: Position, place: Place) -> dict[str, str]:
    """For each value the word that its braces in a text stand for; a dash while it is not known."""
    known = known_values(script, position.answers, place)
    return {f"value.{name}": known.get(name, NOT_YET) for name in script.values}


def shown(number: Decimal) -> str:
    """A number with at most two decimals, and none that say nothing."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
