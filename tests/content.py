"""Content as all tests read it: the shipped once in each process, a site's own on top of what was read before."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.content.library import Library
from bot.content.reader import load_library
from bot.settings import read_settings

CACHE = read_settings().cache_folder  # set anew for each run of the tests


@cache
def shipped_library() -> Library:
    """What is shipped, with its fictional sites."""
    return load_library(cache=CACHE)


def library_of(folder: Path) -> Library:
    """What a site with this folder has. Raises ContentRefused."""
    return load_library(folder, CACHE)
