"""The file of sources: its shape, and the sources it holds."""

from __future__ import annotations

from typing import Literal

from pydantic import RootModel

from bot.content.library import Source
from bot.content.site_file import Raw
from bot.reply import Citation


class RawSource(Raw):
    """One source. `superseded_by` is the id of the one that has taken its place."""

    id: str
    clause: str
    title: str
    url: str | None
    force: Literal["law", "GMP guide", "guidance", "practice"]
    regions: list[str]
    product_types: list[str]
    status: Literal["verified", "verified_translation", "secondary_quotes", "secondary", "practice"]
    checked_against_primary: str | None
    superseded_by: str = ""


class RawSources(RootModel[list[RawSource]]):
    """The file of sources."""


def source_of(raw: RawSource) -> Source:
    """The source that one row describes."""
    citation = Citation(raw.clause, raw.title, raw.url or "", raw.force)
    return Source(citation, tuple(raw.regions), tuple(raw.product_types), raw.superseded_by)
