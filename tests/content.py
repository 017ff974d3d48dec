"""Content as all tests read it: the shipped once in each process, a site's own on top of what was read before."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.content.library import Library
from bot.content.reader import load_library
from bot.settings import read_settings


def cache_folder() -> Path | None:
    """Where all workers of this run of the tests keep what can be made again."""
    return read_settings().cache_folder


@cache
def shipped_library() -> Library:
    """What is shipped, with its fictional sites."""
    return load_library(cache=cache_folder())


def library_of(folder: Path) -> Library:
    """What a site with this folder has. Raises ContentRefused."""
    return load_library(folder, cache_folder())
