"""Logs: one JSON line for each thing that happened, on standard output. Nobody's words are ever in them."""

from __future__ import annotations

import logging
import sys

import structlog

_SECRET = ("token", "secret", "password", "cookie", "authorization")


def begin(level: str, *, is_for_people: bool = False) -> None:
    """From now on everything is logged in this form. `is_for_people`: readable lines on standard error instead."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if is_for_people else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr if is_for_people else sys.stdout)
    traceback = [] if is_for_people else [structlog.processors.dict_tracebacks]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *traceback, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("alembic", "apscheduler", "aiohttp.access", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _without_secrets(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What could let somebody in is never written down, whoever tries to log it."""
    return {
        name: "…" if any(word in name.lower() for word in _SECRET) else value for name, value in event.items()
    }
