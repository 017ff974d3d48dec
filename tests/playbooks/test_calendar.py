from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.calendar import Calendar, Duration, DurationRefused, Unit, read_duration

DUBLIN, NEW_YORK = ZoneInfo("Europe/Dublin"), ZoneInfo("America/New_York")
AT_DUBLIN = Calendar(DUBLIN, frozenset({date(2025, 6, 2)}))  # a Monday, the June holiday
US = Calendar(NEW_YORK, frozenset({date(2025, 7, 4), date(2025, 11, 27)}))


def due(start: str, text: str, calendar: Calendar = AT_DUBLIN) -> str:
    """When `text` after the wall time `start` is, as the wall shows it."""
    began = datetime.fromisoformat(start).replace(tzinfo=calendar.zone)
    return calendar.after(began, read_duration(text)).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15 min", Duration(15, Unit.MINUTE)),
        ("1 minute", Duration(1, Unit.MINUTE)),
        ("24h", Duration(24, Unit.HOUR)),
        ("24 Hours", Duration(24, Unit.HOUR)),
        ("1 day", Duration(1, Unit.DAY)),
        ("3 calendar  days", Duration(3, Unit.DAY)),
        ("2 working days", Duration(2, Unit.WORKING_DAY)),
        ("1 week", Duration(7, Unit.DAY)),
    ],
)
def test_a_duration_is_read_as_it_is_written(text, expected):
    assert read_duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1.5 h", "-1 day", "2 working weeks", "12345 days", "now", "3"])
def test_what_is_no_duration_is_refused_with_the_way_to_write_one(text):
    with pytest.raises(DurationRefused, match="is no duration; write it as '15 min', '24 h'"):
        read_duration(text)


@pytest.mark.parametrize("text", ["15 min", "1 h", "1 day", "3 days", "1 working day", "2 working days"])
def test_a_duration_is_shown_as_it_is_written(text):
    assert str(read_duration(text)) == text


@pytest.mark.scenario("H2")
@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2025-06-03T06:00", "1 working day", "Wed 2025-06-04 06:00"),
        ("2025-06-06T06:00", "1 working day", "Mon 2025-06-09 06:00"),  # over a weekend
        ("2025-06-07T23:30", "1 working day", "Mon 2025-06-09 23:30"),  # from a Saturday
        ("2025-05-30T06:00", "1 working day", "Tue 2025-06-03 06:00"),  # over the holiday as well
        ("2025-06-05T22:00", "3 working days", "Tue 2025-06-10 22:00"),
        ("2025-06-06T06:00", "1 day", "Sat 2025-06-07 06:00"),  # calendar days run through
        ("2025-06-06T22:00", "8 h", "Sat 2025-06-07 06:00"),  # a shift over midnight
        ("2025-06-06T06:00", "0 working days", "Fri 2025-06-06 06:00"),
    ],
)
def test_a_due_time_knows_weekends_and_holidays_and_keeps_the_time_of_day(start, text, expected):
    assert due(start, text) == expected


@pytest.mark.scenario("H2")
@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2025-03-29T22:00", "24 h", "Sun 2025-03-30 23:00"),  # the clocks went forward: 24 real hours
        ("2025-03-29T22:00", "1 day", "Sun 2025-03-30 22:00"),  # a day keeps the time on the wall
        ("2025-10-25T22:00", "24 h", "Sun 2025-10-26 21:00"),
        ("2025-10-24T22:00", "1 working day", "Mon 2025-10-27 22:00"),
        ("2025-03-29T01:30", "1 day", "Sun 2025-03-30 02:30"),  # 01:30 does not exist that night
        ("2025-10-25T01:30", "1 day", "Sun 2025-10-26 01:30"),
    ],
)
def test_a_due_time_knows_when_the_clocks_change(start, text, expected):
    assert due(start, text) == expected


@pytest.mark.scenario("H2")
def test_us_federal_holidays_are_no_working_days_of_a_field_alert():
    assert due("2025-07-02T09:00", "3 working days", US) == "Tue 2025-07-08 09:00"
    assert due("2025-11-26T16:00", "1 working day", US) == "Fri 2025-11-28 16:00"


def test_a_site_may_rest_on_other_days():
    cairo = Calendar(ZoneInfo("Africa/Cairo"), weekend=frozenset({4, 5}))
    assert due("2025-06-05T09:00", "1 working day", cairo) == "Sun 2025-06-08 09:00"


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-06-06T06:00", "2025-06-06T23:00", 0),
        ("2025-06-06T23:00", "2025-06-09T01:00", 1),
        ("2025-05-30T06:00", "2025-06-03T06:00", 1),  # the holiday is not worked
        ("2025-06-09T06:00", "2025-06-06T06:00", 0),
    ],
)
def test_working_days_between_two_moments_are_counted(start, end, days):
    first, last = (datetime.fromisoformat(text).replace(tzinfo=DUBLIN) for text in (start, end))
    assert AT_DUBLIN.working_days_between(first, last) == days


_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(_MOMENTS, st.integers(1, 30))
def test_what_is_due_after_some_working_days_lies_just_so_many_away_on_a_working_day(start, number):
    end = US.after(start, Duration(number, Unit.WORKING_DAY))
    assert US.is_worked(end.date())
    assert US.working_days_between(start, end) == number


@given(_MOMENTS, st.sampled_from(Unit), st.integers(0, 40))
def test_a_longer_duration_is_never_due_earlier(start, unit, number):
    shorter, longer = (US.after(start, Duration(each, unit)) for each in (number, number + 1))
    assert start - timedelta(hours=1) <= shorter <= longer
