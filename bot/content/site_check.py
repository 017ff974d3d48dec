"""Whether a site's settings give the playbooks what they need, in a form they can use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.content.library import unset
from bot.site import Roster, Site, known_countries, public_holidays
from playbooks.calc import limit_of
from playbooks.clock_check import duration
from playbooks.conditions import Calculated, leaves
from playbooks.errors import Problem
from playbooks.loader import nearest
from playbooks.script import Ask, HandOver, Script, Setting, Stop
from playbooks.step_check import mask_problems

_TO_NOBODY = frozenset({"", "self", "self_then_role_on_shift"})


def site_problems(site: Site, scripts: Iterable[Script]) -> Iterator[Problem]:
    """What `site` lacks for `scripts`, and what it gives them in a form they cannot use.

    A site that lacks something starts all the same, without the playbook; a value that a clock or a mask cannot
    read would be found out in the middle of somebody's run, so it is refused.
    """
    yield from _without_holidays(site)
    every = tuple(scripts)
    found = [problem for script in every for problem in (*_lacking(script, site), *_unusable(script, site))]
    yield from dict.fromkeys([*found, *_form_order(site, every)])


def _without_holidays(site: Site) -> Iterator[Problem]:
    try:
        public_holidays(site.country)
    except LookupError:
        country, known = site.country.partition("-")[0], known_countries()
        near = {each for each in known if each.startswith(f"{country}-")} if country in known else known
        remedy = nearest(site.country, near) or f"write {country!r} alone"
        yield Problem(("calendar", "country"), f"no public holidays of {site.country!r} are known", remedy)


def roles_of(script: Script) -> tuple[str, ...]:
    """Every role that `script` tells, asks for something, lets release or hands a part over to, each once."""
    roles = [clock.when_late.tell for clock in script.clocks.values() if clock.when_late]
    for step in script.steps:
        match step.does:
            case Stop(tell=tell, release=release):
                roles += [tell, *(release.by_role if release else ())]
            case HandOver(to=to):
                roles.append(to)
            case Ask(unknown=unknown) if unknown:
                roles.append(unknown.for_role)
            case _:
                pass
    return tuple(role for role in dict.fromkeys(roles) if role not in _TO_NOBODY)


def _lacking(script: Script, site: Site) -> Iterator[Problem]:
    for name in unset(script, site):
        found, remedy = f"{script.id} cannot be started here without the value {name!r}", "add it to 'values'"
        yield Problem(("values", name), found, remedy, is_warning=True)
    for role in roles_of(script):
        roster = site.rosters.get(role, Roster())
        if not roster.people and not roster.phone:
            found = f"{script.id} needs {role!r}, behind which nobody stands here"
            yield Problem(("rosters", role), found, "add it to 'rosters'", is_warning=True)


def _unusable(script: Script, site: Site) -> Iterator[Problem]:
    def value(setting: Setting | str) -> str:
        return site.values.get(setting.name, "").strip() if isinstance(setting, Setting) else ""

    for clock in script.clocks.values():
        if isinstance(clock.due_in, Setting) and value(clock.due_in):
            yield from duration(value(clock.due_in), ("values", clock.due_in.name))
    for fact in script.facts.values():
        for leaf in leaves(fact.when):
            limit = value(Setting(leaf.limit)) if isinstance(leaf, Calculated) and leaf.is_setting else ""
            if limit and isinstance(leaf, Calculated) and limit_of(leaf.calc, limit) is None:
                found = f"{limit!r} cannot be compared with {leaf.calc.replace('_', ' ')}"
                yield Problem(("values", leaf.limit), found, "write a number, or a time such as '4 h'")
    for step in script.steps:
        if isinstance(step.does, Ask) and isinstance(step.does.mask, Setting) and value(step.does.mask):
            yield from mask_problems(value(step.does.mask), ("values", step.does.mask.name))


def _form_order(site: Site, scripts: Iterable[Script]) -> Iterator[Problem]:
    """Names in the order of the site's form that no playbook asks for."""
    asked = {step.id for script in scripts for step in script.steps if isinstance(step.does, Ask)}
    for number, name in enumerate(site.form_order):
        if name not in asked:
            yield Problem(
                ("form_order", number), f"no playbook asks {name!r}", nearest(name, asked), is_warning=True
            )
