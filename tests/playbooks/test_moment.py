from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.moment import Missing, Several, read_moment

DUBLIN, NEW_YORK = ZoneInfo("Europe/Dublin"), ZoneInfo("America/New_York")
NOW = datetime(2025, 6, 4, 13, 0, tzinfo=UTC)  # a Wednesday: 14:00 in Dublin, 09:00 in New York


def read(
    text: str, now: datetime = NOW, zone: ZoneInfo = DUBLIN, *, is_day_first: bool = True
) -> list[str] | Missing:
    """Everything that `text` can mean, as ISO 8601, or why it means nothing."""
    match read_moment(text, now, zone, is_day_first=is_day_first):
        case Missing() as missing:
            return missing
        case Several(moments):
            return [moment.isoformat(timespec="minutes") for moment in moments]
        case moment:
            return [moment.isoformat(timespec="minutes")]


@pytest.mark.scenario("A9")
@pytest.mark.parametrize(
    "text",
    [
        "2025-06-03T06:10",
        "2025-06-03 06:10:59",
        "3 June 2025, 06:10",
        "June 3rd, 2025 at 6:10 a.m.",
        "3-Jun-2025 0610h",
        "03JUN2025 06:10",
        "03-Jun-25 06:10",
        "tuesday the 3rd of june 06.10",
        "yesterday 6h10",
        "Yesterday at 6:10 am",
    ],
)
def test_one_moment_is_read_from_many_spellings(text):
    assert read(text) == ["2025-06-03T06:10+01:00"]


@pytest.mark.parametrize(
    "text", ["25/12/2024 18:30", "25.12.2024 6:30 pm", "25-12-24 1830", "12/25/2024 18:30"]
)
def test_a_numeric_date_that_can_be_read_one_way_only_is_read_that_way(text):
    assert read(text) == ["2024-12-25T18:30+00:00"]


@pytest.mark.parametrize(
    ("is_day_first", "expected"),
    [
        (True, ["2025-04-03T06:00+01:00", "2025-03-04T06:00+00:00"]),
        (False, ["2025-03-04T06:00+00:00", "2025-04-03T06:00+01:00"]),
    ],
)
@pytest.mark.parametrize("text", ["03/04/2025 06:00", "3/4 6am", "03.04.25 0600"])
def test_a_date_that_can_be_read_two_ways_is_asked_back_with_the_sites_own_order_first(
    text, is_day_first, expected
):
    assert read(text, is_day_first=is_day_first) == expected


def test_a_weekday_settles_a_date_that_can_be_read_two_ways():
    assert read("Thu 03/04/2025 06:00") == ["2025-04-03T06:00+01:00"]


def test_a_weekday_that_contradicts_its_date_is_not_taken():
    assert read("Monday 3 June 2025 06:00") is Missing.NOT_A_DATE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monday 06:00", ["2025-06-02T06:00+01:00"]),
        ("Thursday, 06:00", ["2025-05-29T06:00+01:00"]),
        ("wed 06:00", ["2025-06-04T06:00+01:00", "2025-05-28T06:00+01:00"]),  # today is Wednesday
    ],
)
def test_a_weekday_alone_is_the_latest_of_its_name_and_never_today_by_mistake(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("this morning 6:10", ["2025-06-04T06:10+01:00"]),
        ("2:30 this afternoon", ["2025-06-04T14:30+01:00"]),
        ("this afternoon at 14:30", ["2025-06-04T14:30+01:00"]),
        ("this evening 8:15", ["2025-06-04T20:15+01:00"]),
        ("last night 11:30", ["2025-06-03T23:30+01:00"]),
        ("last night at 23:30", ["2025-06-03T23:30+01:00"]),
        ("last night 1 am", ["2025-06-04T01:00+01:00"]),
        ("last night 00:20", ["2025-06-04T00:20+01:00"]),
        ("last night 12:20", ["2025-06-04T00:20+01:00"]),
        ("last night 6:30", ["2025-06-04T06:30+01:00", "2025-06-03T18:30+01:00"]),
    ],
)
def test_a_part_of_the_day_says_which_half_of_the_clock_is_meant(text, expected):
    assert read(text) == expected


def test_a_time_that_the_named_part_of_the_day_does_not_have_is_not_taken():
    assert read("this morning 11 pm") is Missing.NOT_A_DATE


def test_a_bare_time_gone_by_is_today():
    assert read("13:59") == ["2025-06-04T13:59+01:00"]


def test_a_bare_time_still_to_come_is_asked_back_last_night_first():
    assert read("23:10") == ["2025-06-03T23:10+01:00", "2025-06-04T23:10+01:00"]


@pytest.mark.parametrize("text", ["now", "Just now", " right  now "])
def test_now_is_now_to_the_minute(text):
    assert read(text) == ["2025-06-04T14:00+01:00"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Missing.NOT_A_DATE),
        ("soon", Missing.NOT_A_DATE),
        ("after lunch at 13:00", Missing.NOT_A_DATE),
        ("3 June 2025", Missing.NO_TIME),
        ("today", Missing.NO_TIME),
        ("this morning", Missing.NO_TIME),
        ("3 June 2025 6", Missing.NOT_A_DATE),
        ("31 February 2025 06:00", Missing.NOT_A_DATE),
        ("32/13/2025 06:00", Missing.NOT_A_DATE),
        ("3 June 2025 24:10", Missing.NOT_A_DATE),
        ("3 June 2025 06:61", Missing.NOT_A_DATE),
        ("3 June 2025 13:00 pm", Missing.NOT_A_DATE),
        ("3 June 2025 0 am", Missing.NOT_A_DATE),
        ("06:00 07:00", Missing.NOT_A_DATE),
        ("0001-01-01 00:00", Missing.NOT_A_DATE),
        ("3/6/9999 01:00", Missing.NOT_A_DATE),
    ],
)
def test_what_is_no_moment_is_not_made_into_one(text, reason):
    assert read(text) is reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12:05 am", "00:05"), ("12:05 pm", "12:05"), ("1 a.m.", "01:00"), ("9pm", "21:00"), ("0610", "06:10")],
)
def test_both_clocks_are_read(text, expected):
    assert read(f"3 June 2025 {text}") == [f"2025-06-03T{expected}+01:00"]


def test_four_figures_after_a_day_and_a_month_are_a_time_unless_they_are_a_year():
    assert read("3 June 1430") == ["2025-06-03T14:30+01:00"]


# Years


def test_without_a_year_the_latest_day_not_to_come_is_meant():
    new_year = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
    assert read("31 december 23:50", new_year) == ["2025-12-31T23:50+00:00"]
    assert read("1 january 00:10", new_year) == ["2026-01-01T00:10+00:00"]


def test_yesterday_on_new_years_day_is_in_the_old_year():
    assert read("yesterday 23:50", datetime(2026, 1, 1, 8, 0, tzinfo=UTC)) == ["2025-12-31T23:50+00:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29 February 2024 06:00", ["2024-02-29T06:00+00:00"]),
        ("29 feb 06:00", ["2024-02-29T06:00+00:00"]),  # 2025 has none, last year had
        ("29/02/2025 06:00", Missing.NOT_A_DATE),
    ],
)
def test_29_february_is_read_where_the_calendar_has_it(text, expected):
    assert read(text) == expected


def test_29_february_without_a_year_is_not_moved_to_another_day():
    assert read("29 feb 06:00", datetime(2024, 2, 10, 8, 0, tzinfo=UTC)) is Missing.NOT_A_DATE


# The clocks change


@pytest.mark.parametrize(
    ("text", "zone"), [("30 March 2025 01:30", DUBLIN), ("9 March 2025 02:30", NEW_YORK)]
)
def test_a_time_that_the_clocks_skipped_is_said_not_to_exist(text, zone):
    assert read(text, zone=zone) is Missing.NO_SUCH_TIME


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("27 October 2024 01:30", DUBLIN, ["2024-10-27T01:30+01:00", "2024-10-27T01:30+00:00"]),
        ("3 November 2024 01:30", NEW_YORK, ["2024-11-03T01:30-04:00", "2024-11-03T01:30-05:00"]),
    ],
)
def test_a_time_that_the_clocks_repeated_is_asked_back(text, zone, expected):
    assert read(text, zone=zone) == expected


def test_an_offset_settles_a_repeated_hour():
    assert read("2024-10-27T01:30+00:00") == ["2024-10-27T01:30+00:00"]


# Offsets


@pytest.mark.parametrize(
    "text",
    [
        "2025-06-03T05:10Z",
        "2025-06-03 06:10+01:00",
        "2025-06-03T10:40:00+0530",
        "2025-06-03T01:10-04:00",
        "2025-06-03T01:10:00-0400",
    ],
)
def test_an_offset_is_heeded_and_the_moment_shown_at_the_site(text):
    assert read(text) == ["2025-06-03T06:10+01:00"]


def test_an_offset_counts_for_each_reading_of_an_ambiguous_date():
    assert read("03/04/2025 06:00+02:00") == ["2025-04-03T05:00+01:00", "2025-03-04T04:00+00:00"]


def test_a_bare_time_with_an_offset_is_judged_on_its_own_clock():
    assert read("05:00z", datetime(2025, 6, 4, 5, 30, tzinfo=UTC), NEW_YORK) == ["2025-06-04T01:00-04:00"]


@pytest.mark.parametrize(
    "text", ["14:00-15:00", "3 June 2025 14:00-15:00", "2025-06-03 14:00-15:00", "2025-06-03T14:00+99:99"]
)
def test_a_span_of_time_is_not_taken_for_an_offset(text):
    assert read(text) is Missing.NOT_A_DATE


# Laws

_TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *"0123456789:./- +zZtT",
                "today",
                "last night",
                "june",
                "29 feb",
                "2025",
                "am",
                "pm",
                "mon",
                "-07:00",
                "٣",
                " ",
            ]
        ),
        max_size=20,
    ).map("".join),
)
_ZONES = st.sampled_from(
    ["Europe/Dublin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu", "UTC"]
).map(ZoneInfo)


@given(
    _TYPED,
    _ZONES,
    st.booleans(),
    st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_whatever_is_typed_gives_aware_moments_there_or_a_reason(text, zone, is_day_first, now):
    found = read_moment(text, now, zone, is_day_first=is_day_first)
    moments = found.moments if isinstance(found, Several) else (found,)
    assert all(isinstance(m, Missing) or m.tzinfo is zone for m in moments)
    assert not isinstance(found, Several) or len(set(found.moments)) > 1


@given(st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31, 23, 59)), _ZONES)
def test_six_spellings_of_one_moment_are_read_alike(wall, zone):
    spellings = (
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M",
        "%d %B %Y, %H:%M",
        "%B %d, %Y %I:%M %p",
        "%d-%b-%Y %H.%M",
        "%a %d %b %Y %H:%M:%S",
    )
    readings = [read(wall.strftime(spelling), zone=zone) for spelling in spellings]
    assert readings == [readings[0]] * 6
    meant = readings[0]
    is_read = isinstance(meant, list) and meant[0].startswith(wall.isoformat(timespec="minutes"))
    assert is_read or meant is Missing.NO_SUCH_TIME


@pytest.mark.parametrize(
    "text",
    ["1" * 100_000, "1/" * 50_000, "1 jan" * 20_000, "jan" * 30_000, "1-" * 50_000, "12:" * 33_000, " " * 99_999 + "x", "1 a" * 33_000, "t00:00-" * 14_000, "last night" * 10_000],
    ids=lambda text: text.strip()[:10],
)  # fmt: skip
def test_hostile_text_is_refused_in_bounded_time(text):
    began = perf_counter()
    assert read(text) is Missing.NOT_A_DATE
    assert perf_counter() - began < 2
