"""What a site still lacks before its people can rely on its playbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.content.library import Library, unset
from bot.content.site_check import roles_of
from bot.person import Person
from bot.site import Roster, Site
from playbooks.script import HandOver, Script


def lacking(library: Library, site: Site, directory: Iterable[Person], today: date) -> Iterator[str]:
    """Everything that is missing at `site`, a sentence each with what would do."""
    people = {person.id: person for person in directory}
    scripts = [
        book.script
        for book in library.playbooks.values()
        if book.script.control.status == "released_by_maker"
    ]
    for script in scripts:
        yield from _of_script(library, script, site, today)
    needed = {role: script.id for script in reversed(scripts) for role in reversed(roles_of(script))}
    for role in dict.fromkeys([*site.rosters, *reversed(needed)]):
        yield from _of_role(site, role, needed.get(role, ""))
    yield from _of_hand_overs(scripts, site)
    for role, roster in site.rosters.items():
        for person_id in dict.fromkeys((*roster.people, *roster.backup)):
            yield from _of_person(people.get(person_id), person_id, role, site)
    if not any(person.site == site.id and person.is_active for person in people.values()):
        yield "nobody of this site is in the directory; add people with: qms-coach people import"


def _of_script(library: Library, script: Script, site: Site, today: date) -> Iterator[str]:
    if missing := unset(script, site):
        yield f"{script.id} cannot be started: add {', '.join(missing)} to 'values'"
    elif why_not := library.unfit(script, site):
        yield f"{script.id} is not offered: {why_not}"
    elif not (library.approval(script) or site.is_fictional):
        state = "cannot be started" if site.requires_approval else "says so wherever it is used"
        yield f"{script.id} {script.version} is not approved, and {state}; approve it with: qms-coach approve"
    due = script.control.review_by
    if today > date.fromisoformat(due):
        yield f"{script.id} {script.version} was to be reviewed by {due}"


def _of_role(site: Site, role: str, needed_by: str) -> Iterator[str]:
    roster = site.rosters.get(role, Roster())
    for_it = f", and {needed_by} needs it" if needed_by else ""
    if role not in site.rosters:
        yield f"there is no roster {role}{for_it}; add it to 'rosters'"
    elif not roster.people and (needed_by or not roster.phone):
        yield f"nobody stands on the roster {role}{for_it}; name its people"
    elif not roster.phone:
        yield f"the roster {role} has no telephone number to show; add 'phone'"


def _of_hand_overs(scripts: Iterable[Script], site: Site) -> Iterator[str]:
    """Roles that accept what is handed over, and in which only one person stands: away, or handing over, leaves nobody."""
    to = {
        step.does.to: script.id
        for script in scripts
        for step in script.steps
        if isinstance(step.does, HandOver)
    }
    for role, script_id in to.items():
        roster = site.rosters.get(role, Roster())
        if len({*roster.people, *roster.backup}) == 1:
            only = next(iter({*roster.people, *roster.backup}))
            yield f"only {only} stands on the roster {role}, to which {script_id} hands over; name a second, or a backup"


def _of_person(person: Person | None, person_id: str, role: str, site: Site) -> Iterator[str]:
    if person is None:
        yield f"{person_id} stands on the roster {role} and is not in the directory; import them"
    elif not person.is_active:
        yield f"{person_id} stands on the roster {role} and is no longer active; put somebody else there"
    elif person.site != site.id:
        yield f"{person_id} stands on the roster {role} and belongs to site {person.site}"
