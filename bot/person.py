"""The people we talk with, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """What a person may do beyond their own work; given by `people import` or `people grant`, audited."""

    RELEASE_STOP = "release_stop"
    SEE_FIGURES = "see_figures"
    APPROVE_CONTENT = "approve_content"
    ACT_FOR_ROLE = "act_for_role"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory of one site.

    `role` chooses wording only; `rights` are what counts. `zone` is an IANA name.
    """

    id: str
    name: str
    site: str
    role: str
    email: str = ""
    zone: str = "UTC"
    language: str = "en"
    is_active: bool = True
    rights: frozenset[Right] = frozenset()
