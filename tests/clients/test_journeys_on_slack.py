"""Whole conversations, as people have them, on a real workspace: over HTTP, and over Socket Mode."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.coach import RunningCoach
from tests.clients.local_slack import LocalSlack
from tests.clients.slack_stage import SlackStage
from tests.dialogue import Clock, play

JOURNEYS = sorted((Path(__file__).parents[1] / "journeys").glob("*.txt"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_goes_as_written_on_slack(
    path: Path, workspace: LocalSlack, port: int, engine_url: str
) -> None:
    clock = Clock()
    with RunningCoach(engine_url, workspace.variables, clock, port=port) as coach:
        workspace.wait_for_the_app()
        play(path, SlackStage(workspace, coach), clock)
    assert workspace.refusals() == []
