"""The scenarios beside a playbook: their shape, and whether the playbook keeps what they promise."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.content.site_file import Raw, refusal
from bot.site import Site
from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.scenario import Played, play, play_on, unmet
from playbooks.script import Script


def _an_answer(value: object) -> object:
    """Nothing, true and false would reach the chat as the words None, True and False: no person means that."""
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str | int) and not isinstance(item, bool) for item in items):
        raise refusal("this is no answer", "write text, a number or a list of them; for a yes, write yes")
    return value


def _a_moment(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise refusal(f"{value!r} is no time", "write it as 2026-06-03T09:00") from None
    return value


AnswersByStep = dict[str, Annotated[object, AfterValidator(_an_answer)]]


class RawGiven(Raw):
    """Where, for whom and when a scenario happens."""

    site: str = ""
    role: str = "operator"
    region: list[str] = Field(default_factory=list)
    product_type: list[str] = Field(default_factory=list)
    clock: Annotated[str, AfterValidator(_a_moment)] = "2026-06-03T09:00"


class RawButIf(Raw):
    """Answers that are changed afterwards, and what must come of it."""

    change: AnswersByStep
    then: dict[str, object]


class RawScenario(Raw):
    """What one document of a `.test.yaml` file may hold."""

    scenario: str
    given: RawGiven = RawGiven()
    answers: AnswersByStep
    then: dict[str, object]
    but_if: list[RawButIf] = Field(default_factory=list)


def run_scenario(script: Script, scenario: RawScenario, site: Site) -> tuple[Played, list[Problem]]:
    """How it went at `site`, and what was promised and not kept, the changes of `but_if` included."""
    given = scenario.given
    place = site.place
    now = datetime.fromisoformat(given.clock).replace(tzinfo=place.zone)
    frozen = {
        "person.role": (given.role,),
        "site.region": tuple(given.region or site.regions),
        "site.product_type": tuple(given.product_type or site.product_types),
    }
    played = play(script, scenario.answers, frozen, now, place)
    problems = unmet(scenario.then, played, script, place)
    for number, but_if in enumerate(scenario.but_if):
        unknown = [name for name in but_if.change if name not in script.by_id]
        for name in unknown:
            remedy = nearest(name, script.by_id)
            problems.append(Problem(("but_if", number, "change", name), f"unknown question {name!r}", remedy))
        if not unknown:
            changed = play_on(script, played, but_if.change, now, place)
            for problem in unmet(but_if.then, changed, script, place):
                path = ("change", *problem.path[1:]) if problem.path[0] == "answers" else problem.path
                problems.append(Problem(("but_if", number, *path), problem.found, problem.remedy))
    return played, problems
