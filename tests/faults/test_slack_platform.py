"""The whole way with Slack, in and out, when everything comes twice and nothing answers as it should."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.channels.slack.fake_slack import TEAM
from tests.faults.history import Row, read
from tests.faults.judge import Chat, given_otherwise, posted_otherwise, told_otherwise
from tests.faults.on_slack import OnSlack, room_of, token_of
from tests.faults.talker import Deed, Storm, Talker

OTHER = "T02OTHER"
FEW = {TEAM: ("alex", "priya"), OTHER: ("sam",)}
MANY = {TEAM: ("alex", "priya", "noor"), OTHER: ("sam", "lena")}


async def weather(url: str, folder: Path, storm: Storm) -> list[str]:
    """People work while much goes wrong; every broken promise, in words."""
    talkers = storm.talkers
    async with OnSlack(
        url,
        storm.people,
        storm.seed,
        storm.badness,
        workers=2,
        peril=storm.loses(),
    ) as stage:
        await asyncio.gather(*(each.work(stage, storm.deeds) for each in talkers))
        await stage.everything_late()
        await stage.house.settle("slack")
        ours = chat_of(stage, talkers)
        posts, files = stage.posts(), stage.files()
        assert len(stage.slack.calls) > len(posts), "nothing went wrong: this proves nothing"
    rooms = {each.person: room_of(each.person) for each in talkers}
    return [
        *told_otherwise(ours, await calm(folder, storm, talkers)),
        *posted_otherwise(rows_of(ours), posts),
        *given_otherwise(rows_of(ours), files, rooms),
    ]


async def calm(folder: Path, storm: Storm, talkers: Sequence[Talker]) -> Chat:
    """The same conversations on a day when nothing goes wrong."""
    async with OnSlack(f"sqlite:///{folder / 'calm.db'}", storm.people, "calm") as stage:
        again = [Talker(each.person, "calm") for each in talkers]
        for one, other in zip(again, talkers, strict=True):
            await one.work_again(stage, other.done)
        return chat_of(stage, again)


def chat_of(stage: OnSlack, talkers: Sequence[Talker]) -> Chat:
    acknowledged = {each.person: each.acknowledged for each in talkers}
    return Chat("slack", acknowledged, read(stage.house.app.database), stage.shown())


def rows_of(chat: Chat) -> list[Row]:
    return [row for row in chat.kept.rows if row.channel == "slack"]


def states(stage: OnSlack, person: str) -> Counter[str]:
    kept = read(stage.house.app.database)
    return Counter(row.state for row in kept.rows if row.channel == "slack" and row.person == person)


def counted(metrics: str, state: str) -> float:
    """How many messages in this state the monitoring sees."""
    found = re.search(rf'^qms_coach_outbox_messages{{state="{state}"}} (.+)$', metrics, re.MULTILINE)
    return float(found[1]) if found else 0


async def test_whatever_goes_wrong_nothing_is_lost_doubled_or_out_of_order(database_url: str, tmp_path: Path):
    assert await weather(database_url, tmp_path, Storm("slack 1", 5, FEW, badness=0.25)) == []


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(3))
def test_a_whole_deviation_in_bad_weather(database_url: str, tmp_path: Path, seed: int):
    storm = Storm(f"slack {seed}", 60, MANY, badness=0.35)
    assert asyncio.run(asyncio.wait_for(weather(database_url, tmp_path, storm), 300)) == []


async def test_a_workspace_that_slack_throttles_keeps_no_other_one_waiting(database_url: str):
    crowd = tuple(f"crowd{number}" for number in range(12))
    async with OnSlack(database_url, {TEAM: ("alex",), OTHER: crowd}, "throttled") as stage:
        stage.slack.throttled.add(token_of(OTHER))
        many = [Talker(person, "throttled") for person in crowd]
        await asyncio.gather(*(stage.type(each.person, "hello") for each in many))
        while not all(states(stage, each.person) for each in many):
            await asyncio.sleep(0.02)
        asked = len(stage.slack.calls)
        alex = Talker("alex", "throttled")
        async with asyncio.timeout(20):
            await alex.work(stage, 5)
        assert set(states(stage, "alex")) <= {"sent", "cancelled"}
        assert len(stage.slack.calls) - asked < 100, (
            "Slack was asked again and again by those it had sent away"
        )
        for each in many:
            assert "sent" not in states(stage, each.person)
        stage.slack.throttled.clear()
        await stage.house.settle("slack")
        for each in many:
            assert set(states(stage, each.person)) == {"sent"}
        assert list(posted_otherwise(rows_of(chat_of(stage, many)), stage.posts())) == []


async def test_a_token_that_is_revoked_midway_fails_visibly_and_only_there_and_a_new_one_goes_on(
    database_url: str,
):
    async with OnSlack(database_url, {TEAM: ("alex",), OTHER: ("sam",)}, "revoked") as stage:
        alex, sam = Talker("alex", "revoked"), Talker("sam", "revoked")
        await asyncio.gather(alex.work(stage, 3), sam.work(stage, 3))
        before = states(stage, "sam")
        revoked = stage.slack.tokens.pop(token_of(OTHER))
        await stage.type("sam", "why?")
        await stage.settle("sam")
        await alex.work_again(stage, [Deed("type", ("why?",))])
        failed = states(stage, "sam")["failed"]
        assert failed > 0
        assert states(stage, "sam")["sent"] == before["sent"]
        assert set(states(stage, "alex")) <= {"sent", "cancelled"}
        assert counted(await stage.house.metrics(), "failed") == failed

        stage.slack.tokens[token_of(OTHER)] = revoked
        await stage.install(OTHER)
        await sam.work_again(stage, [Deed("type", ("why?",))])
        assert states(stage, "sam")["failed"] == failed
        assert states(stage, "sam")["sent"] > before["sent"]
        assert list(posted_otherwise(rows_of(chat_of(stage, [alex, sam])), stage.posts())) == []


async def test_where_the_app_was_uninstalled_nothing_is_written_any_more_and_nobody_else_notices(
    database_url: str,
):
    async with OnSlack(database_url, {TEAM: ("alex",), OTHER: ("sam",)}, "uninstalled") as stage:
        alex, sam = Talker("alex", "uninstalled"), Talker("sam", "uninstalled")
        await asyncio.gather(alex.work(stage, 3), sam.work(stage, 3))
        stage.slack.throttled.add(token_of(OTHER))
        await stage.type("sam", "why?")
        while "pending" not in states(stage, "sam"):
            await asyncio.sleep(0.02)
        posted = len(stage.posts())
        del stage.slack.tokens[token_of(OTHER)]
        stage.slack.throttled.clear()
        assert await stage.event(OTHER, "app_uninstalled") == 200
        assert await stage.event(OTHER, "tokens_revoked", tokens={"oauth": [], "bot": ["U0BOT"]}) == 200
        await stage.settle("sam")
        assert len(stage.posts()) == posted
        assert states(stage, "sam")["failed"] > 0
        await alex.work_again(stage, [Deed("type", ("why?",))])
        assert set(states(stage, "alex")) <= {"sent", "cancelled"}
        assert await stage.send(*stage.typed("sam", "hello?")) == 403
        assert list(posted_otherwise(rows_of(chat_of(stage, [alex, sam])), stage.posts())) == []
