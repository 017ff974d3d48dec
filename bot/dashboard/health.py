"""Is it alive, is it ready, how is it doing: `/healthz`, `/readyz`, `/metrics`, and the list `doctor` prints.

Figures come from the database at the time of asking, so that any process can be asked about all of them; only what
touches no database, such as requests turned away, is counted by the process that is asked.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.counters import Counters
from bot.errors import StoreUnavailable
from bot.store import heartbeats, migrate, outbox
from bot.store.database import Database

LATE_OUTBOX = timedelta(minutes=15)
LATE_HEARTBEAT = timedelta(minutes=3)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing worth watching: its name, its value in `unit`, and whether somebody should look at it."""

    name: str
    value: float
    unit: str
    help: str
    needs_a_look: bool = False
    labels: tuple[tuple[str, str], ...] = ()


def figures(database: Database) -> list[Figure]:
    """How the running system is doing. Raises StoreUnavailable."""
    with database.reading() as conn:
        depth = outbox.depth(conn)
        ages = heartbeats.ages(conn)
    found = [
        Figure(
            "outbox_messages",
            count,
            "",
            "Messages in the outbox by state",
            needs_a_look=state in {"unknown", "failed"} and count > 0,
            labels=(("state", state),),
        )
        for state, count in sorted(depth.by_state.items())
    ]
    found.append(
        Figure(
            "outbox_oldest_due_seconds",
            depth.oldest_due.total_seconds(),
            "s",
            "How long the oldest due message has been waiting",
            needs_a_look=depth.oldest_due > LATE_OUTBOX,
        )
    )
    found += [
        Figure(
            "heartbeat_age_seconds",
            age.total_seconds(),
            "s",
            "How long ago a process was last alive",
            needs_a_look=age > LATE_HEARTBEAT,
            labels=(("process", process),),
        )
        for process, age in sorted(ages.items())
    ]
    return found


class Health:
    """The three addresses that a platform and a monitoring system ask."""

    def __init__(self, database: Database, metrics_token: str, counters: Counters) -> None:
        self._database, self._counters = database, counters
        self._metrics_token = metrics_token

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        try:
            version = await self._database.run(self._schema)
        except StoreUnavailable:
            return web.json_response(
                {"status": "not ready", "why": "the database cannot be reached"}, status=503
            )
        if version != migrate.expected():
            why = "the database has another schema than this release; run qms-coach migrate"
            return web.json_response({"status": "not ready", "why": why}, status=503)
        return web.json_response({"status": "ready"})

    async def _metrics(self, request: web.Request) -> web.Response:
        """Open to this machine only, unless a token is set: then to whoever has it."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        is_here = request.remote in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
        is_known = self._metrics_token and hmac.compare_digest(given.encode(), self._metrics_token.encode())
        if not (is_known or (is_here and not self._metrics_token)):
            return web.Response(
                status=403, text="set QMS_COACH_METRICS_TOKEN and send it as a bearer token\n"
            )
        registry = CollectorRegistry(auto_describe=False)
        try:
            registry.register(_Collected(await self._database.run(figures, self._database)))
        except StoreUnavailable:
            return web.Response(status=503, text="the database cannot be reached\n")
        body = generate_latest(registry) + generate_latest(self._counters.registry)
        return web.Response(body=body, content_type="text/plain", charset="utf-8")

    def _schema(self) -> str:
        with self._database.reading() as conn:
            return migrate.current(conn)


class _Collected(Collector):
    def __init__(self, found: list[Figure]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for figure in self._found:
            labels = [name for name, _ in figure.labels]
            name = f"qms_coach_{figure.name}"
            family = families.setdefault(name, GaugeMetricFamily(name, figure.help, labels=labels))
            family.add_metric([value for _, value in figure.labels], figure.value)
        yield from families.values()
