"""A site: its regions, clock, calendar and people to call, as its own settings file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from zoneinfo import ZoneInfo

from playbooks.calendar import SITE, US_FEDERAL, Calendar
from playbooks.coaching.catalogue import Manner
from playbooks.place import Place

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AT_WORK = range(8, 17)  # hours of the site's own day, for what is nothing to be woken for
_YEARS = range(2020, 2046)  # of which public holidays are known


@dataclass(frozen=True, slots=True)
class Roster:
    """Who stands behind a role now: person ids, a telephone number to show, and whom to ask when nobody reads."""

    people: tuple[str, ...] = ()
    phone: str = ""
    backup: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """One plant or laboratory.

    `values` are the texts, numbers and intervals its playbooks may mention as `{site.name}`.
    `rosters` are keyed by role, such as `qa_on_call`. Its working days are those outside the `weekend`, the public
    holidays of its `country` and its own `holidays`. `form_order` is the order of the fields in its QMS's form.
    `coaching` is how it wants texts coached.
    """

    id: str
    name: str
    regions: tuple[str, ...]
    product_types: tuple[str, ...] = ()
    language: str = "en"
    locale: str = "en_GB"
    zone: str = "UTC"
    values: Mapping[str, str] = field(default_factory=dict)
    rosters: Mapping[str, Roster] = field(default_factory=dict)
    is_fictional: bool = False
    country: str = ""
    holidays: tuple[str, ...] = ()
    weekend: tuple[str, ...] = ("sat", "sun")
    requires_approval: bool = False
    form_order: tuple[str, ...] = ()
    coaching: Manner = field(default_factory=Manner)

    @property
    def is_day_first(self) -> bool:
        """Whether dates are written with the day before the month here."""
        return not self.locale.endswith("US")

    @cached_property
    def place(self) -> Place:
        """This site as the playbooks see it."""
        zone = ZoneInfo(self.zone)
        own = frozenset(map(date.fromisoformat, self.holidays)) | public_holidays(self.country)
        weekend = frozenset(map(_WEEKDAYS.index, self.weekend))
        calendars = {SITE: Calendar(zone, own, weekend), US_FEDERAL: Calendar(zone, public_holidays("US"))}
        return Place(zone, self.is_day_first, self.values, calendars, self.coaching)

    def is_at_work(self, now: datetime) -> bool:
        """Whether it is day on a worked day here: when people can be written to about what does not press."""
        here = now.astimezone(self.place.zone)
        return here.hour in _AT_WORK and self.place.calendar(SITE).is_worked(here.date())

    def frozen_for(self, role: str) -> dict[str, tuple[str, ...]]:
        """What conditions may read of this site and a person's role; frozen when a run starts."""
        return {"site.region": self.regions, "site.product_type": self.product_types, "person.role": (role,)}

    def roles_of(self, person_id: str) -> frozenset[str]:
        """The roles this person stands behind now, in the first place or as a backup."""
        return frozenset(
            role for role, roster in self.rosters.items() if person_id in (*roster.people, *roster.backup)
        )


@cache
def public_holidays(country: str) -> frozenset[date]:
    """The public holidays of a country, or of a part of one (`DE-BY`); of the United States, the federal ones.

    A holiday that falls on a weekend has its observed day too, where the country has such days. Raises LookupError
    for a country that is not known.
    """
    if not country:
        return frozenset()
    from holidays import country_holidays  # takes a third of a second, and few commands need a calendar

    name, _, part = country.partition("-")
    try:
        return frozenset(country_holidays(name, subdiv=part or None, years=_YEARS))
    except NotImplementedError as error:
        raise LookupError(country) from error


def known_countries() -> frozenset[str]:
    """Every country, and part of one, whose public holidays are known."""
    from holidays import list_supported_countries

    parts = list_supported_countries(include_aliases=False)
    return frozenset([*parts, *(f"{name}-{part}" for name, each in parts.items() for part in each)])
