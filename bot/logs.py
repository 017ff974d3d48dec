"""Logs: one JSON line for each thing that happened, on standard output. Nobody's words are ever in them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_SECRET = ("token", "secret", "password", "cookie", "authorization")


def begin(level: str, *, is_for_people: bool = False) -> None:
    """From now on everything is logged in this form. `is_for_people`: readable lines on standard error instead."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_secrets,
    ]
    # A traceback as both come by default also shows what stood in local variables: somebody's words, or a secret.
    rendering: list[structlog.typing.Processor] = [
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    if is_for_people:
        plain = structlog.dev.plain_traceback
        rendering = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr if is_for_people else sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
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
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: str, value: object) -> object:
    if any(word in name.lower() for word in _SECRET):
        return "…"
    return (
        {str(key): _shown(str(key), inner) for key, inner in value.items()}
        if isinstance(value, Mapping)
        else value
    )
