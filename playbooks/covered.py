"""Which steps, stops and clocks of a playbook its scenarios come by, and which none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from playbooks.errors import Problem
from playbooks.run import ClockStarted
from playbooks.scenario import Played
from playbooks.script import Script, Stop


@dataclass(frozen=True, slots=True)
class Covered:
    """How many scenarios come by each step and start each clock of the playbook's own file."""

    steps: Mapping[str, int]
    clocks: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def percent(self) -> int:
        """The part of the steps that some scenario comes by; 100 only when all are."""
        return 100 * sum(count > 0 for count in self.steps.values()) // max(len(self.steps), 1)


def covered(script: Script, played: Iterable[Played]) -> Covered:
    """What the scenarios that went like `played` cover of `script`.

    The steps of a sub-flow are covered by its own scenarios; here, its call is covered when one of them comes up.
    """
    seen: Counter[str] = Counter()
    started: Counter[str] = Counter()
    for run in played:
        seen.update(run.seen)
        started.update({event.what.clock for event in run.events if isinstance(event.what, ClockStarted)})
    steps: dict[str, int] = {}
    problems = []
    for step in script.steps:
        if not step.flow:
            steps[step.id] = seen[step.id]
            if not seen[step.id]:
                kind = "stop" if isinstance(step.does, Stop) else "step"
                found = f"no scenario comes by {kind} {step.id!r}"
                problems.append(Problem(("steps", step.at), found, "write one that does"))
    calls = {step.at: step.id.partition(".")[0] for step in script.steps if step.flow}
    for at, call in calls.items():
        steps[call] = max(seen[step.id] for step in script.steps if step.flow and step.at == at)
        if not steps[call]:
            problems.append(
                Problem(("steps", at), f"no scenario comes by call {call!r}", "write one that does")
            )
    clocks = {name: started[name] for name in script.clocks if "." not in name}
    problems += [
        Problem(("clocks", name), f"no scenario starts clock {name!r}", "write one that does")
        for name, count in clocks.items()
        if not count
    ]
    return Covered(steps, clocks, tuple(problems))
