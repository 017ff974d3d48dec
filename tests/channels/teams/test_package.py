"""The app package: Teams takes it, it asks for nothing, and it is the same every time."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.channels.teams.options import TeamsRefused
from bot.channels.teams.package import build_manifest, build_package
from bot.conversation.command import names_playbook, read_command
from tests.bot_framework.people import APP_ID

BASE = "https://coach.example.com"
SCHEMA = Path(__file__).parents[2] / "schemas" / "teams-manifest-1.25.schema.json"


def opened() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(build_package(APP_ID, BASE))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def menu(scope: str) -> list[str]:
    (bot,) = build_manifest(APP_ID, BASE)["bots"]
    (commands,) = [each["commands"] for each in bot["commandLists"] if scope in each["scopes"]]
    return [command["title"] for command in commands]


def pixels(png: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """Width, height and every pixel of a PNG of ours."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (png[:8], depth, kind) == (b"\x89PNG\r\n\x1a\n", 8, 6)
    length = struct.unpack(">I", png[33:37])[0]
    lines = zlib.decompress(png[41 : 41 + length])
    stride = 4 * width + 1
    rows = [lines[place + 1 : place + stride] for place in range(0, len(lines), stride)]
    return width, height, [tuple(row[place : place + 4]) for row in rows for place in range(0, len(row), 4)]


def test_the_manifest_is_one_that_teams_takes():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    manifest = json.loads(opened()["manifest.json"])
    assert [error.message for error in Draft7Validator(schema).iter_errors(manifest)] == []


def test_the_package_holds_the_manifest_and_its_icons_and_nothing_else():
    files = opened()
    icons = json.loads(files["manifest.json"])["icons"]
    assert set(files) == {"manifest.json", *icons.values()}


def test_the_same_answers_make_the_same_package():
    assert build_package(APP_ID, BASE) == build_package(APP_ID, f"{BASE}/")


def test_it_asks_for_no_permission():
    manifest = build_manifest(APP_ID, BASE)
    assert not {"permissions", "authorization", "devicePermissions", "webApplicationInfo"} & set(manifest)


def test_the_bot_is_ours_in_every_kind_of_chat_and_takes_files():
    manifest = build_manifest(APP_ID.upper(), BASE)
    (bot,) = manifest["bots"]
    assert bot["botId"] == manifest["id"] == APP_ID
    assert set(bot["scopes"]) == {"personal", "groupChat", "team"}
    assert bot["supportsFiles"] is True
    assert manifest["validDomains"] == ["coach.example.com"]


def test_in_a_personal_chat_the_menu_offers_what_a_person_needs_and_in_a_group_only_help():
    assert menu("personal") == [
        "Help",
        "Start a deviation",
        "My runs",
        "My drafts",
        "Waiting for me",
        "Who sees this",
    ]
    assert menu("team") == menu("groupChat") == ["Help"]


@pytest.mark.parametrize("title", [*menu("personal"), *menu("team")])
def test_the_coach_understands_what_its_menu_says(title: str):
    assert read_command(title) is not None or names_playbook(title) == "deviation"


def test_the_icons_have_the_sizes_that_teams_wants():
    files = opened()
    width, height, shown = pixels(files["color.png"])
    assert (width, height) == (192, 192)
    assert {pixel[3] for pixel in shown} == {255}  # no hole through which a dark client shines

    width, height, shown = pixels(files["outline.png"])
    assert (width, height) == (32, 32)
    assert {pixel[:3] for pixel in shown} == {(255, 255, 255)}
    assert {0, 255} <= {pixel[3] for pixel in shown}


@pytest.mark.parametrize(
    ("app_id", "base_url", "named"),
    [
        ("", BASE, "TEAMS_APP_ID"),
        ("my-bot", BASE, "TEAMS_APP_ID"),
        (APP_ID, "http://coach.example.com", "https"),
        (APP_ID, "coach.example.com", "https"),
        (APP_ID, "", "https"),
    ],
)
def test_a_package_that_could_not_work_is_not_built(app_id: str, base_url: str, named: str):
    with pytest.raises(TeamsRefused, match=named):
        build_package(app_id, base_url)


def test_no_text_is_longer_than_teams_shows():
    manifest = build_manifest(APP_ID, BASE)
    assert len(manifest["name"]["short"]) <= 30
    assert len(manifest["description"]["short"]) <= 80
    for commands in manifest["bots"][0]["commandLists"]:
        assert all(len(command["title"]) <= 32 for command in commands["commands"])
