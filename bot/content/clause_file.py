"""The file of twins: which clauses speak of one matter in different regions; and the map of all clauses and who cites them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import RootModel

from bot.content.library import Source
from bot.content.site_file import Raw
from knowledge.article import Article
from knowledge.clauses import Clause, Clauses, Group, Use
from knowledge.refusal import Refusal
from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.script import Ask, Script, Step


class RawGroup(Raw):
    """Clauses of one matter, by their ids in the file of sources."""

    topic: str
    facts: list[str]


class RawTwins(RootModel[list[RawGroup]]):
    """The file of twins."""


def twin_problems(raw: RawTwins, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """What is wrong with the groups: a clause that is not there, stands twice, or has nothing of another region beside it."""
    for number, group in enumerate(raw.root):
        known = {name: set(sources[name].regions) for name in group.facts if name in sources}
        for place, name in enumerate(group.facts):
            path = (number, "facts", place)
            others = [regions for other, regions in known.items() if other != name]
            if name not in known:
                yield Problem(path, f"unknown source {name!r}", nearest(name, sources))
            elif group.facts.index(name) != place:
                yield Problem(path, f"{name!r} stands twice", "keep one")
            elif not known[name]:
                yield Problem(path, f"{name!r} speaks for all regions", "it needs no twin: take it out")
            elif not any(regions - known[name] or known[name] - regions for regions in others):
                yield Problem(path, f"{name!r} has nothing of another region beside it", "add what has")


def clauses_of(
    sources: Mapping[str, Source],
    twins: RawTwins,
    articles: Iterable[Article],
    refusals: Iterable[Refusal],
    scripts: Iterable[Script],
) -> Clauses:
    """The map of all clauses. A step of a sub-flow counts where it was written, not in each playbook that calls it."""
    by_id = {
        name: Clause(
            name,
            source.citation.clause,
            source.citation.title,
            source.citation.url,
            source.citation.force,
            frozenset(source.regions),
            frozenset(source.product_types),
            source.superseded_by,
        )
        for name, source in sources.items()
    }
    groups = tuple(Group(group.topic, tuple(group.facts)) for group in twins.root)
    uses = (
        *(Use("article", each.id, each.question, cite=each.cite) for each in articles),
        *(Use("refusal", each.id, each.title, cite=each.cite) for each in refusals),
        *(use for script in scripts for use in _uses_in(script)),
    )
    return Clauses(by_id, groups, tuple(use for use in uses if use.cite))


def _uses_in(script: Script) -> Iterator[Use]:
    for step in script.steps:
        if not step.flow:
            yield Use("step", script.id, _name_of(step), step.id, step.cite)
    for name, clock in script.clocks.items():
        if "." not in name:  # else it is a sub-flow's
            yield Use("clock", script.id, clock.say, name, clock.cite)


def _name_of(step: Step) -> str:
    """The short name of a question; what else a step is needs none beside its id."""
    return step.does.label if isinstance(step.does, Ask) else ""
