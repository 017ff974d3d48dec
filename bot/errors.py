"""What can go wrong in the coach, under one name."""

from __future__ import annotations

from datetime import timedelta


class CoachError(Exception):
    """The base of every error the coach raises on purpose; its message says what would help."""


class StoreUnavailable(CoachError):
    """The database did not take or give anything now; the same request may well succeed later.

    Nothing of the transaction was kept. A channel answers 503, so that the platform delivers again.
    """


class Collided(StoreUnavailable):
    """Two transactions waited for each other, and this one was given up for the other: begun again, it goes through."""


class DeliveryError(CoachError):
    """A platform did not say that it posted our message.

    `permanent`: asking again would not help. `ambiguous`: it may have been posted all the same, so it must not
    be sent again without looking. `retry_after`: the platform has not taken it, and names the pause it wants.
    `gone`: nothing can be written to this address any more (blocked, removed, archived); always permanent.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        ambiguous: bool = False,
        retry_after: timedelta | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(message)
        self.gone = gone
        self.permanent = permanent or gone
        self.ambiguous = ambiguous
        self.retry_after = retry_after
