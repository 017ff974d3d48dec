"""What is worth watching is counted without asking the database."""

from __future__ import annotations

from prometheus_client import generate_latest

from bot.counters import Counters


def figures(counters: Counters) -> set[str]:
    """The lines that the monitoring reads, without the times at which counting began."""
    lines = generate_latest(counters.registry).decode().splitlines()
    return {line for line in lines if not line.startswith("#") and "_created" not in line}


def test_requests_turned_away_are_counted_by_channel_and_reason():
    counters = Counters()
    for reason in ("signature", "signature", "workspace"):
        counters.refused("slack", reason)
    counters.refused("teams", "signature")
    assert figures(counters) == {
        'qms_coach_refused_requests_total{channel="slack",reason="signature"} 2.0',
        'qms_coach_refused_requests_total{channel="slack",reason="workspace"} 1.0',
        'qms_coach_refused_requests_total{channel="teams",reason="signature"} 1.0',
    }


def test_repeated_deliveries_are_counted_by_channel():
    counters = Counters()
    for channel in ("slack", "teams", "slack"):
        counters.repeated(channel)
    assert figures(counters) == {
        'qms_coach_repeated_deliveries_total{channel="slack"} 2.0',
        'qms_coach_repeated_deliveries_total{channel="teams"} 1.0',
    }


def test_two_processes_count_apart():
    one, other = Counters(), Counters()
    one.repeated("slack")
    assert figures(other) == set()
