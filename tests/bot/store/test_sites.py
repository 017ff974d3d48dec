"""A change of a site's settings is noticed, once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.site import Roster, Site
from bot.store import sites
from bot.store.database import Database

NORTH = Site(
    "north",
    "North plant",
    ("eu",),
    ("tablets",),
    values={"qa_phone": "100"},
    rosters={"qa_on_call": Roster(("ana",), "101")},
)


def test_settings_are_news_the_first_time_and_then_no_more(database: Database):
    with database.writing() as conn:
        assert [sites.note(conn, NORTH), sites.note(conn, NORTH)] == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Plant North"},
        {"regions": ("eu", "us")},
        {"zone": "Europe/Zagreb"},
        {"values": {"qa_phone": "200"}},
        {"rosters": {"qa_on_call": Roster(("ana", "ben"), "101")}},
        {"is_fictional": True},
    ],
    ids=str,
)
def test_every_change_of_a_site_is_news_once(database: Database, change: dict[str, Any]):
    changed = replace(NORTH, **change)
    with database.writing() as conn:
        sites.note(conn, NORTH)
        assert [sites.note(conn, changed), sites.note(conn, changed)] == [True, False]
        assert sites.note(conn, NORTH), "going back is a change too"


def test_the_order_in_which_a_file_lists_its_values_is_no_change(database: Database):
    with database.writing() as conn:
        sites.note(conn, replace(NORTH, values={"a": "1", "b": "2"}))
        assert not sites.note(conn, replace(NORTH, values={"b": "2", "a": "1"}))
