"""The pause a platform asks for, as its answer says it: `Retry-After`, in seconds or until a time (RFC 9110, 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

_LONGEST = 10**6


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long to wait; a time is counted from the `Date` beside it. None where nothing that can be read is named."""
    named = headers.get("Retry-After", "").strip()
    if named.isdecimal():
        return timedelta(seconds=min(int(named[:9]), _LONGEST))
    try:
        return max(parsedate_to_datetime(named) - parsedate_to_datetime(headers["Date"]), timedelta(0))
    except (ValueError, LookupError, TypeError):
        return None
