"""What only the sight of all content shows about a playbook: what it refers to, and what it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from bot.content.library import Playbook, Source
from bot.site import Site
from playbooks.coaching.catalogue import CHECKS
from playbooks.context import Context
from playbooks.errors import Path, Problem
from playbooks.script import Ask, Script


def context_of(
    books: Mapping[str, Playbook],
    files: Iterable[str],
    sites: Iterable[Site],
    sources: Mapping[str, Source],
    templates: Iterable[str],
    today: date | None,
) -> Context:
    """What playbooks may refer to. `files` are all there are, those that could not be read too.

    A role or setting is known when one of `sites` has it; what a single site lacks is said in that site's own file.
    """
    everywhere = tuple(sites)
    kinds = [site.product_types for site in everywhere]
    kinds += [source.product_types for source in sources.values()]
    kinds += [book.script.for_product_types for book in books.values()]
    return Context(
        settings={name for site in everywhere for name in site.values},
        roles={role for site in everywhere for role in site.rosters},
        product_types={kind for each in kinds for kind in each},
        playbooks={name: books[name].script if name in books else None for name in files},
        sources=sources.keys(),
        templates=frozenset(templates),
        coaching=CHECKS.keys(),
        today=today,
    )


def superseded(script: Script, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Every citation of a source that another has taken the place of."""
    for path, cited in _citations(script):
        source = sources.get(cited)
        if source and source.superseded_by:
            found = f"{cited!r} was superseded by {source.superseded_by!r}"
            yield Problem(path, found, "read that one, and cite it where it says the same", is_warning=True)


def other_than_shipped(script: Script, shipped: Script) -> Iterator[Problem]:
    """What a site's own version may not do to the shipped one of the same name.

    A question that keeps its name keeps its type: else the same answer would mean two things in one history.
    """
    for step in script.steps:
        before = shipped.ask(step.id)
        if step.flow or step.releases or before is None or not isinstance(step.does, Ask):
            continue
        if step.does.type is not before.type:
            found = f"{step.id!r} is {step.does.type} here, and {before.type} in the shipped version"
            yield Problem(("steps", step.at, "type"), found, "give the question a name of its own")
    if script.version == shipped.version and script.hash != shipped.hash:
        found = f"this is not the shipped version {shipped.version}, and has its number"
        yield Problem(("version",), found, "give it a number of its own", is_warning=True)


def _citations(script: Script) -> Iterator[tuple[Path, str]]:
    """Every source cited in the script's own file, with its place there."""
    for step in script.steps:
        if not step.flow:
            yield from ((("steps", step.at, "cite", number), name) for number, name in enumerate(step.cite))
    for clock in script.clocks.values():
        if "." not in clock.id:
            yield from (
                (("clocks", clock.id, "cite", number), name) for number, name in enumerate(clock.cite)
            )
