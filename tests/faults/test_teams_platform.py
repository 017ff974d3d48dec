"""The whole way with Teams, in and out, when everything comes twice and nothing answers as it should."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bot_framework.connector import WRITES_BLOCKED, dropped, failed, throttled
from tests.bot_framework.people import TENANT_ID
from tests.faults.history import Row, read
from tests.faults.judge import Chat, told_otherwise
from tests.faults.on_teams import OnTeams, chat_of, content_of, never_again
from tests.faults.talker import Deed, Storm, Talker
from tests.faults.test_slack_platform import counted

OTHER = "7f3c9a52-0d1e-4b8a-9c55-0c0ffee00002"
FEW = {TENANT_ID: ("alex", "priya"), OTHER: ("sam",)}
MANY = {TENANT_ID: ("alex", "priya", "noor"), OTHER: ("sam", "lena")}


async def weather(url: str, folder: Path, storm: Storm) -> list[str]:
    """People work while much goes wrong; every broken promise, in words."""
    talkers = storm.talkers
    async with OnTeams(
        url,
        storm.people,
        storm.seed,
        storm.badness,
        workers=2,
        peril=storm.loses(),
    ) as stage:
        stage.connector.plan(dropped(), dropped(is_delivered=True), failed(502), method="POST")
        await asyncio.gather(*(each.work(stage, storm.deeds) for each in talkers))
        await stage.everything_late()
        await stage.house.settle("teams")
        ours = chat_of_all(stage, talkers)
        unknown = Counter(row.state for row in rows_of(ours))["unknown"]
        assert unknown > 0, "nothing was ever in doubt: this proves nothing"
        found = (
            [] if counted(await stage.house.metrics(), "unknown") == unknown else ["the doubts are not seen"]
        )
        for each in talkers:
            there = {message["id"] for message in stage.connector.chat(chat_of(each.person))}
            found += never_again(rows_of(ours, each.person), stage.tried(each.person), there)
    return [*found, *told_otherwise(ours, await calm(folder, storm, talkers), may_fail=True)]


async def calm(folder: Path, storm: Storm, talkers: Sequence[Talker]) -> Chat:
    """The same conversations on a day when nothing goes wrong."""
    async with OnTeams(f"sqlite:///{folder / 'calm.db'}", storm.people, "calm") as stage:
        again = [Talker(each.person, "calm") for each in talkers]
        for one, other in zip(again, talkers, strict=True):
            await one.work_again(stage, other.done)
        return chat_of_all(stage, again)


def chat_of_all(stage: OnTeams, talkers: Sequence[Talker]) -> Chat:
    acknowledged = {each.person: each.acknowledged for each in talkers}
    return Chat("teams", acknowledged, read(stage.house.app.database), stage.shown())


def rows_of(chat: Chat, person: str = "") -> list[Row]:
    return [row for row in chat.kept.rows if row.channel == "teams" and person in {"", row.person}]


async def test_whatever_goes_wrong_nothing_is_lost_or_doubled_and_what_is_in_doubt_is_seen(
    database_url: str, tmp_path: Path
):
    assert await weather(database_url, tmp_path, Storm("teams 1", 5, FEW)) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(3))
def test_a_whole_deviation_in_bad_weather(database_url: str, tmp_path: Path, seed: int):
    storm = Storm(f"teams {seed}", 60, MANY, badness=0.35)
    assert asyncio.run(asyncio.wait_for(weather(database_url, tmp_path, storm), 300)) == []


async def test_a_tenant_that_teams_throttles_keeps_no_other_one_waiting(database_url: str):
    crowd = tuple(f"crowd{number}" for number in range(12))
    async with OnTeams(database_url, {TENANT_ID: ("alex",), OTHER: crowd}, "throttled") as stage:
        stage.connector.closed = {chat_of(person): throttled("30") for person in crowd}
        await asyncio.gather(*(stage.type(person, "hello") for person in crowd))
        while not all(states(stage, person) for person in crowd):
            await asyncio.sleep(0.02)
        alex = Talker("alex", "throttled")
        async with asyncio.timeout(20):
            await alex.work(stage, 5)
        assert set(states(stage, "alex")) == {"sent"}
        for person in crowd:
            assert set(states(stage, person)) <= {"pending", "sending"}
            assert len(stage.tried(person)) <= 1, "Teams was asked again before it wanted to be"
        stage.connector.closed.clear()
        await stage.house.settle("teams")
        for person in crowd:
            assert set(states(stage, person)) == {"sent"}
            shown = [content_of(message) for message in stage.connector.chat(chat_of(person))]
            assert len(shown) == states(stage, person)["sent"]


async def test_whoever_blocks_the_coach_midway_is_not_written_to_until_they_write_again(database_url: str):
    async with OnTeams(database_url, {TENANT_ID: ("alex", "sam")}, "blocked") as stage:
        alex, sam = Talker("alex", "blocked"), Talker("sam", "blocked")
        await asyncio.gather(alex.work(stage, 3), sam.work(stage, 3))
        there = len(stage.connector.chat(chat_of("sam")))
        stage.connector.closed[chat_of("sam")] = WRITES_BLOCKED
        await sam.work_again(stage, [Deed("type", ("why?",))])
        failed = states(stage, "sam")["failed"]
        assert failed > 0
        assert counted(await stage.house.metrics(), "failed") == failed
        assert len(stage.connector.chat(chat_of("sam"))) == there

        await alex.work_again(stage, [Deed("type", ("why?",))])
        assert set(states(stage, "alex")) == {"sent"}

        stage.connector.closed.clear()
        await sam.work_again(stage, [Deed("type", ("why?",))])
        assert states(stage, "sam")["failed"] == failed
        assert len(stage.connector.chat(chat_of("sam"))) > there


async def test_whoever_removed_the_coach_gets_nothing_more_of_what_was_still_to_come(database_url: str):
    async with OnTeams(database_url, {TENANT_ID: ("alex", "sam")}, "removed") as stage:
        sam = Talker("sam", "removed")
        await sam.work(stage, 3)
        there = len(stage.connector.chat(chat_of("sam")))
        stage.connector.closed[chat_of("sam")] = throttled("30")
        await stage.type("sam", "why?")
        while "pending" not in states(stage, "sam") or stage.tried("sam")[-1].answer != throttled("30"):
            await asyncio.sleep(0.02)
        assert await stage.removes("sam") == 202
        stage.connector.closed.clear()  # Teams does not always refuse to deliver to who has removed us
        await stage.settle("sam")
        assert len(stage.connector.chat(chat_of("sam"))) == there

        await sam.work_again(stage, [Deed("type", ("why?",))])
        assert len(stage.connector.chat(chat_of("sam"))) > there


def states(stage: OnTeams, person: str) -> Counter[str]:
    kept = read(stage.house.app.database)
    return Counter(row.state for row in kept.rows if row.channel == "teams" and row.person == person)
