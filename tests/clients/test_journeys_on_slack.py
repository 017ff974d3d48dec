"""Whole conversations, as people have them, on a real workspace: over HTTP, and over Socket Mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.clients.coach import RunningCoach
from tests.clients.local_slack import LocalSlack, Mode, SlackPerson
from tests.clients.program import free_port
from tests.clients.slack_stage import SlackStage
from tests.dialogue import Clock, play

JOURNEYS = sorted((Path(__file__).parents[1] / "journeys").glob("*.txt"))
CAST: Mapping[str, SlackPerson] = {
    name: SlackPerson(f"U0{name.upper()}", name, real_name, tz="Europe/Dublin")
    for name, real_name in (("alex", "Alex Byrne"), ("dana", "Dana Okafor"), ("priya", "Priya Nair"))
}


@pytest.fixture(scope="module")
def port() -> int:
    """Where the coach listens: the workspace must know before it starts."""
    return free_port()


@pytest.fixture(scope="module")
def workspace(
    mode: Mode, port: int, clients: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalSlack]:
    """One workspace for all the conversations of a transport."""
    address = f"http://127.0.0.1:{port}/slack/events"
    with LocalSlack(
        tmp_path_factory.mktemp("slack"), mode, request_url=address, people=CAST.values()
    ) as slack:
        yield slack


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_goes_as_written_on_slack(
    path: Path, workspace: LocalSlack, port: int, engine_url: str
) -> None:
    clock = Clock()
    with RunningCoach(engine_url, workspace.variables, clock, port=port) as coach:
        workspace.wait_for_the_app()
        play(path, SlackStage(workspace, coach, CAST), clock)
    assert workspace.refusals() == []
