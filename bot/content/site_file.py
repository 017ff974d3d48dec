"""A site's own settings file: its shape, and the site it describes."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from bot.person import Person, Right
from bot.site import Roster, Site
from playbooks.coaching.catalogue import CHECKS, Manner
from playbooks.loader import nearest

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MOST_FREE_DAYS = 6


def refusal(found: str, remedy: str) -> PydanticCustomError:
    """What a validator raises so that the author reads what was found and what would do."""
    return PydanticCustomError("refused", "{found}", {"found": found, "remedy": remedy})


def nearest_zone(zone: str) -> str:
    """A remedy for a time zone that does not exist: zones of nearly this name, or of which it is a part."""
    known = _zones()
    alike = [each for each in known if zone and zone.casefold() in each.casefold()]
    return nearest(zone, alike or known)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # which looks through the disk each time


def _a_zone(value: str) -> str:
    if value not in _zones():
        raise refusal(f"unknown time zone {value!r}", nearest_zone(value))
    return value


def _a_week(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) > _MOST_FREE_DAYS:
        raise refusal("a week without a working day", "name the days on which nobody works")
    return value


def _a_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise refusal(f"{value!r} is no day", "write it as 2026-12-25") from None
    return value


Day = Annotated[str, AfterValidator(_a_day)]


class Raw(BaseModel):
    """A mapping with these keys and no others; nothing is turned into something else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RawRoster(Raw):
    """Who stands behind a role."""

    people: list[str] = Field(default_factory=list)
    backup: list[str] = Field(default_factory=list)
    phone: str = ""


class RawPerson(Raw):
    """Somebody of a fictional site."""

    id: str
    name: str
    role: str
    rights: list[Annotated[Right, Strict(strict=False)]] = Field(default_factory=list)


class RawCalendar(Raw):
    """Which days are worked: the country of the public holidays as ISO 3166 has it, own days, the weekend."""

    country: str = ""
    holidays: list[Day] = Field(default_factory=list)
    weekend: Annotated[tuple[Weekday, ...], AfterValidator(_a_week)] = Field(
        default=("sat", "sun"), strict=False
    )


def _a_check(value: str) -> str:
    if value not in CHECKS:
        raise refusal(f"unknown coaching check {value!r}", nearest(value, CHECKS))
    return value


class RawSwitched(Raw):
    """What a site does otherwise with one coaching check, why, and who decided it (name and role)."""

    switch: Literal["", "on", "off"] = ""
    ask: str = Field(default="", max_length=200)
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)


class RawCoaching(Raw):
    """How texts are coached at a site: its short forms, its checks, and whether a draft names what stayed open."""

    glossary: list[str] = Field(default_factory=list)
    checks: dict[Annotated[str, AfterValidator(_a_check)], RawSwitched] = Field(default_factory=dict)
    notes_in_draft: bool = False


class RawSite(Raw):
    """What a site's `settings.yaml` may hold."""

    site: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: str
    regions: list[Literal["US", "EU", "UK"]] = Field(min_length=1)
    product_types: list[str] = Field(default_factory=list)
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    locale: str = Field(default="en_GB", pattern=r"^[a-z]{2,3}_[A-Z]{2}$")  # the country orders day and month
    zone: Annotated[str, AfterValidator(_a_zone)] = "UTC"
    calendar: RawCalendar = RawCalendar()
    requires_approval: bool = False
    form_order: list[str] = Field(default_factory=list)
    coaching: RawCoaching = RawCoaching()
    values: dict[str, str] = Field(default_factory=dict)
    rosters: dict[str, RawRoster] = Field(default_factory=dict)
    people: list[RawPerson] = Field(default_factory=list)


def site_of(raw: RawSite, *, is_fictional: bool) -> Site:
    """The site that the file describes."""
    return Site(
        raw.site,
        raw.name,
        tuple(raw.regions),
        tuple(raw.product_types),
        raw.language,
        raw.locale,
        raw.zone,
        raw.values,
        {
            role: Roster(tuple(roster.people), roster.phone, tuple(roster.backup))
            for role, roster in raw.rosters.items()
        },
        is_fictional,
        country=raw.calendar.country,
        holidays=tuple(raw.calendar.holidays),
        weekend=raw.calendar.weekend,
        requires_approval=raw.requires_approval,
        form_order=tuple(raw.form_order),
        coaching=Manner(
            {name: check.switch == "on" for name, check in raw.coaching.checks.items() if check.switch},
            {name: check.ask for name, check in raw.coaching.checks.items() if check.ask},
            tuple(raw.coaching.glossary),
            raw.coaching.notes_in_draft,
        ),
    )


def people_of(raw: RawSite) -> list[Person]:
    """The people that the file of a fictional site names."""
    return [
        Person(
            p.id, p.name, raw.site, p.role, zone=raw.zone, language=raw.language, rights=frozenset(p.rights)
        )
        for p in raw.people
    ]
