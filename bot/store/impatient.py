"""A connection to PostgreSQL that is given up when no answer comes.

TCP notices a network that swallows packets, but not a proxy or a pooler that takes everything and hangs. Without this,
each of our few connections would be waited for until the process ends.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus


class ImpatientConnection(psycopg.Connection[Any]):
    """As psycopg's own, and closed once an answer has not come within `answers_within` seconds (None: ever)."""

    answers_within: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What the server answers. Raises OperationalError."""
        try:
            return super().wait(gen, interval, timeout or self.answers_within)
        except psycopg.OperationalError:
            if self.info.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # whatever still comes belongs to nobody
            raise
