"""What the finished self-assessments of a site show together; nobody's own answers leave this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bot.content.library import Library
from bot.site import Site
from bot.store import content, runs
from bot.store.database import Transaction
from playbooks.loader import load_whole
from playbooks.position import resolve
from playbooks.run import fold
from playbooks.scoring import GROUP, Assessment, Outcome, assessment, dimensions, outcomes
from playbooks.script import Script

PLAYBOOK = "maturity-self-assessment"


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a site stands: every dimension as it may be told, and what each group is called."""

    site: str
    outcomes: tuple[Outcome, ...]
    groups: Mapping[str, str]

    def radar(self) -> dict[str, object]:
        """The medians in the order of the axes: of everybody, and of each group that is shown. None is a gap."""
        shown = sorted({group for each in self.outcomes for group in each.groups})
        return {
            "axes": [each.dimension.title for each in self.outcomes],
            "everyone": [each.everyone.median if each.everyone else None for each in self.outcomes],
            "groups": {
                self.name(group): [
                    each.groups[group].median if group in each.groups else None for each in self.outcomes
                ]
                for group in shown
            },
        }

    def name(self, group: str) -> str:
        """What a group is called."""
        return self.groups.get(group, group)


def picture_of(conn: Transaction, library: Library, site: Site) -> Picture:
    """The latest finished assessment of each person of the site, put together.

    The dimensions are those of the playbook as it is now; an older assessment counts for those it shares.
    """
    script = library.script(PLAYBOOK)
    latest = {row.person: row for row in runs.ended(conn, PLAYBOOK, site.id)}
    found = [_assessment(conn, row, site, script) for row in latest.values()]
    ask = script.ask(GROUP)
    return Picture(
        site.id,
        outcomes(dimensions(script), [each for each in found if each]),
        {option.value: option.label for option in ask.options} if ask else {},
    )


def _assessment(conn: Transaction, row: runs.RunRow, site: Site, today: Script) -> Assessment | None:
    """What the run says of today's dimensions."""
    kept = content.get(conn, row.script_hash)
    script = _script(kept) if kept else today
    position = resolve(script, fold(runs.events(conn, row.ref)), site.place)
    return assessment(dimensions(today), {given.step: given.answer for given in position.live})


@cache
def _script(canonical: str) -> Script:
    return load_whole(json.loads(canonical))
