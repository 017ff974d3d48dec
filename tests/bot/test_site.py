"""What a site is to the playbooks: its zone, its working days, the values they may mention."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.site import Roster, Site, known_countries, public_holidays
from playbooks.calendar import SITE, US_FEDERAL, read_duration

DUBLIN, CHICAGO = ZoneInfo("Europe/Dublin"), ZoneInfo("America/Chicago")
IRISH = Site("northfield", "Northfield", ("EU",), zone="Europe/Dublin", country="IE")


@pytest.mark.parametrize(
    ("day", "is_worked", "why"),
    [
        (date(2026, 3, 16), True, "an ordinary Monday"),
        (date(2026, 3, 17), False, "Saint Patrick's Day"),
        (date(2026, 4, 3), True, "Good Friday is no public holiday in Ireland"),
        (date(2026, 4, 6), False, "Easter Monday"),
        (date(2026, 6, 1), False, "the June holiday"),
        (date(2026, 6, 6), False, "a Saturday"),
        (date(2026, 12, 26), False, "Saint Stephen's Day"),
    ],
)
def test_nobody_works_on_the_weekends_and_public_holidays_of_the_country(day, is_worked, why):
    assert IRISH.place.calendar(SITE).is_worked(day) is is_worked, why


@pytest.mark.parametrize(
    ("day", "is_worked", "why"),
    [
        (date(2026, 6, 19), False, "Juneteenth"),
        (date(2026, 7, 3), False, "Independence Day is a Saturday, and the Friday before is free"),
        (date(2027, 7, 5), False, "Independence Day is a Sunday, and the Monday after is free"),
        (date(2027, 12, 31), False, "New Year's Day 2028 is a Saturday"),
        (date(2026, 10, 12), False, "Columbus Day, a federal holiday"),
        (date(2026, 11, 27), True, "the day after Thanksgiving is no federal holiday"),
        (date(2026, 3, 17), True, "an Irish holiday is none here"),
    ],
)
def test_federal_working_days_are_the_same_at_every_site(day, is_worked, why):
    for site in (IRISH, Site("southshore", "Southshore", ("US",), zone="America/Chicago", country="US-IL")):
        assert site.place.calendar(US_FEDERAL).is_worked(day) is is_worked, why


def test_a_part_of_a_country_has_holidays_of_its_own():
    bavaria = Site("b", "B", ("EU",), country="DE-BY").place.calendar(SITE)
    berlin = Site("b", "B", ("EU",), country="DE-BE").place.calendar(SITE)
    assert (bavaria.is_worked(date(2026, 1, 6)), berlin.is_worked(date(2026, 1, 6))) == (False, True)


def test_a_site_adds_days_of_its_own_and_chooses_its_weekend():
    site = Site("s", "S", ("EU",), country="IE", holidays=("2026-12-24",), weekend=("fri", "sat"))
    calendar = site.place.calendar(SITE)
    days = {day: calendar.is_worked(date(2026, 12, day)) for day in (18, 20, 24, 25)}
    assert days == {18: False, 20: True, 24: False, 25: False}


def test_without_a_country_only_the_weekend_is_free():
    calendar = Site("s", "S", ("EU",)).place.calendar(SITE)
    assert calendar.holidays == frozenset()
    assert calendar.is_worked(date(2026, 12, 25))


def test_one_working_day_leads_over_a_holiday_weekend():
    friday = datetime(2026, 5, 29, 14, 30, tzinfo=DUBLIN)
    due = IRISH.place.calendar(SITE).after(friday, read_duration("1 working day"))
    assert due == datetime(2026, 6, 2, 14, 30, tzinfo=DUBLIN)


def test_days_are_those_of_the_sites_own_zone():
    """Sunday evening in Chicago is already Monday in UTC."""
    site = Site("s", "S", ("US",), zone="America/Chicago", country="US")
    late = datetime(2026, 6, 8, 3, 0, tzinfo=ZoneInfo("UTC"))
    due = site.place.calendar(SITE).after(late, read_duration("1 working day"))
    assert due == datetime(2026, 6, 8, 22, 0, tzinfo=CHICAGO)


def test_a_place_carries_what_playbooks_may_read():
    site = Site("s", "S", ("US",), locale="en_US", zone="America/Chicago", values={"on_call_qa": "7700"})
    place = site.place
    assert (place.zone, place.is_day_first, place.values) == (CHICAGO, False, {"on_call_qa": "7700"})
    assert IRISH.place.is_day_first
    assert set(place.calendars) == {SITE, US_FEDERAL}
    assert site.place is place


def test_a_country_that_is_not_known_is_said():
    with pytest.raises(LookupError, match="ZZ"):
        public_holidays("ZZ")
    with pytest.raises(LookupError, match="DE-XX"):
        public_holidays("DE-XX")
    assert {"IE", "US", "DE", "DE-BY"} <= known_countries()


def test_somebody_stands_behind_a_role_in_the_first_place_or_as_a_backup():
    site = Site(
        "s", "S", ("EU",), rosters={"qa": Roster(("kim",), backup=("lou",)), "gate": Roster(("lou",))}
    )
    assert site.roles_of("lou") == {"qa", "gate"}
    assert site.roles_of("kim") == {"qa"}
    assert site.roles_of("ida") == frozenset()


def test_what_conditions_read_of_a_site_is_frozen_with_a_persons_role():
    site = Site("s", "S", ("EU", "UK"), ("biologic",))
    assert site.frozen_for("qa") == {
        "site.region": ("EU", "UK"),
        "site.product_type": ("biologic",),
        "person.role": ("qa",),
    }
