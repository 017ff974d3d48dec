"""What a process counts for its monitoring without asking the database: requests turned away, deliveries repeated."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class Counters:
    """The counters of one process, which begin at nothing when it starts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._refused = Counter(
            "qms_coach_refused_requests",
            "Requests that were turned away, by channel and reason",
            ["channel", "reason"],
            registry=self.registry,
        )
        self._repeated = Counter(
            "qms_coach_repeated_deliveries",
            "Deliveries that had had their effect before, by channel",
            ["channel"],
            registry=self.registry,
        )

    def refused(self, channel: str, reason: str) -> None:
        """A request that was turned away."""
        self._refused.labels(channel, reason).inc()

    def repeated(self, channel: str) -> None:
        """A delivery that had had its effect before."""
        self._repeated.labels(channel).inc()
