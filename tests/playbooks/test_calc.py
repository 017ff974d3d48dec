from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.calc import CALCS, compute, limit_of, moment, number
from playbooks.calendar import SITE, Calendar
from playbooks.place import Place
from playbooks.run import Answer
from tests.playbooks.scripts import DUBLIN

HOLIDAY = Place(
    DUBLIN.zone, calendars={SITE: Calendar(DUBLIN.zone, frozenset({date(2025, 6, 2), date(2025, 6, 3)}))}
)
FRIDAY, MONDAY, WEDNESDAY = "2025-05-30T06:00+01:00", "2025-06-02T06:00+01:00", "2025-06-04T07:30+01:00"
NOT_KNOWN, SKIPPED, ERASED = Answer(is_unknown=True), Answer(is_skipped=True), Answer()


def computed(name: str, place: Place = HOLIDAY, /, **inputs: str | tuple[str, ...]) -> Decimal | None:
    """What the function makes of answers with these values; the input `from` is written `from_`."""
    answers = {
        own.rstrip("_"): Answer(values if isinstance(values, tuple) else (values,))
        for own, values in inputs.items()
    }
    return compute(name, answers, place)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (computed("working_days_between", from_=FRIDAY, to=WEDNESDAY), 1),
        (computed("working_days_between", DUBLIN, from_=FRIDAY, to=WEDNESDAY), 3),
        (computed("hours_between", from_=FRIDAY, to=MONDAY), 72),
        (computed("hours_between", from_=MONDAY, to=FRIDAY), -72),
        (computed("hours_between", from_="2025-06-04T06:00+00:00", to=WEDNESDAY), Decimal("0.5")),
        (computed("count", of=("00123", "00124")), 2),
        (computed("difference", of="9,4", **{"and": "8.0"}), Decimal("1.4")),
        (computed("difference", of="8.0", **{"and": "9.4"}), Decimal("1.4")),
        (computed("percent_of_limit", of="9.4", limit="8"), Decimal("117.5")),
        (computed("outside_limits", of="9.4", low="2", high="8"), Decimal("1.4")),
        (computed("outside_limits", of="0.5", low="2", high="8"), Decimal("1.5")),
        (computed("outside_limits", of="5", low="2", high="8"), 0),
        (computed("outside_limits", of="-3", low="-1"), 2),
        (computed("outside_limits", of="5", high="8"), 0),
        (computed("prior_events", of="3"), 3),
        (computed("all_same", of=("7", "7")), 1),
        (computed("all_same", of=("7", "8")), 0),
        (computed("hours_from_first_to_last", of=MONDAY, **{"and": FRIDAY}), 72),
        (computed("hours_from_first_to_last", of=MONDAY, **{"and": FRIDAY}, also=WEDNESDAY), Decimal("121.5")),
        (computed("is_weekend_or_night", of="2025-06-04T06:00+01:00"), 0),
        (computed("is_weekend_or_night", of="2025-06-04T18:00+01:00"), 1),
        (computed("is_weekend_or_night", of="2025-06-04T05:30+00:00"), 0),  # 06:30 on the site's wall
        (computed("is_weekend_or_night", of="2025-06-03T12:00+01:00"), 1),  # the site's holiday
        (computed("is_weekend_or_night", of="2025-06-07T12:00+01:00"), 1),
        (computed("event_free_opportunities", of="1", **{"in": "10"}), 29),
        (computed("event_free_opportunities", of="1", **{"in": "20"}), 59),
        (computed("event_free_opportunities", of="2", **{"in": "100"}), 149),
        (computed("event_free_opportunities", of="1", **{"in": "100"}), 299),
        (computed("event_free_opportunities", of="4", **{"in": "4"}), 1),
        (computed("event_free_time", of="4"), 12),
        (computed("event_free_time", of="0.5"), 2),
    ],
)  # fmt: skip
def test_each_function_does_the_arithmetic_it_is_named_for(found, expected):
    assert found == expected


@pytest.mark.parametrize(
    "found",
    [
        computed("difference", of="soon", **{"and": "8.0"}),
        computed("percent_of_limit", of="9.4", limit="0"),
        computed("percent_of_limit", of="9.4", limit="some"),
        computed("outside_limits", of="9.4"),
        computed("outside_limits", of="hot", low="2"),
        computed("prior_events", of="a few"),
        computed("hours_between", from_="yesterday", to=MONDAY),
        computed(
            "hours_between", from_=MONDAY, to="2025-06-04T07:30"
        ),  # no offset: nobody knows when that is
        computed("working_days_between", from_=MONDAY, to="soon"),
        computed("is_weekend_or_night", of="soon"),
        computed("event_free_opportunities", of="0", **{"in": "10"}),
        computed("event_free_time", of="0"),
        computed("event_free_time", of="-4"),
        computed("event_free_time", of="some"),
        computed("event_free_opportunities", of="11", **{"in": "10"}),
        computed("event_free_opportunities", of="some", **{"in": "10"}),
        computed("event_free_opportunities", of="1", **{"in": "many"}),
        computed("hours_from_first_to_last", of="soon", **{"and": "later"}),
    ],
)
def test_what_cannot_be_worked_out_is_not_known(found):
    assert found is None


@pytest.mark.parametrize("name", CALCS)
@pytest.mark.parametrize("gap", [None, NOT_KNOWN, SKIPPED])
def test_no_function_guesses_what_is_not_known(name, gap):
    needed = sorted(CALCS[name].needs)
    for missing in needed:
        inputs = {own: gap if own == missing else Answer(("2025-06-04T07:30+01:00",)) for own in needed}
        assert compute(name, inputs, DUBLIN) is None


@pytest.mark.parametrize("name", sorted(set(CALCS) - {"count", "all_same"}))
def test_no_function_fails_on_erased_words(name):
    assert compute(name, dict.fromkeys(CALCS[name].needs, ERASED), DUBLIN) is None


def test_a_function_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        compute("moon_phase", {}, DUBLIN)


def test_every_function_says_what_it_needs_and_what_it_is_for():
    assert CALCS["outside_limits"].needs == {"of"}
    assert CALCS["outside_limits"].knows == {"of", "low", "high"}
    assert all(calc.purpose and calc.needs <= calc.knows for calc in CALCS.values())


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("hours_between", "1.5", Decimal("1.5")),
        ("hours_between", "90 min", Decimal("1.5")),
        ("hours_between", "180 min", 3),  # and not a hair more
        ("hours_between", "24 h", 24),
        ("hours_between", "2 days", 48),
        ("working_days_between", "2 working days", 2),
        ("count", "3", 3),
    ],
)
def test_a_limit_is_compared_in_the_unit_of_its_function(name, text, expected):
    limit = limit_of(name, text)
    assert limit == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hours_between", "1 working day"),
        ("working_days_between", "24 h"),
        ("count", "2 days"),
        ("count", ""),
        ("count", "few"),
    ],
)
def test_a_limit_in_another_unit_is_no_limit(name, text):
    assert limit_of(name, text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8.4", Decimal("8.4")), ("8,4", Decimal("8.4")), (" \N{MINUS SIGN}3 ", -3), ("1e3", 1000)],
)
def test_a_number_is_read_with_a_point_or_a_comma(text, expected):
    assert number(text) == expected


@pytest.mark.parametrize("text", ["", "NaN", "inf", "1.234,5", "00123A"])
def test_what_is_no_number_is_none(text):
    assert number(text) is None


def test_only_a_moment_with_its_offset_is_a_moment():
    assert moment(Answer((MONDAY,)))
    assert [moment(each) for each in (None, NOT_KNOWN, ERASED, Answer(("2025-06-02T06:00",)))] == [None] * 4


_MOMENTS = st.datetimes(timezones=st.sampled_from([ZoneInfo("UTC"), DUBLIN.zone])).map(
    lambda at: at.isoformat()
)


@given(_MOMENTS, _MOMENTS)
def test_from_first_to_last_is_the_hours_between_whatever_the_order(one, other):
    span = computed("hours_from_first_to_last", of=one, **{"and": other})
    between = computed("hours_between", from_=one, to=other)
    assert between is not None
    assert span == abs(between)
