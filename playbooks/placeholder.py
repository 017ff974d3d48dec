"""Words in braces that a site or a run fills in, such as `{site.on_call_qa}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(text: str) -> list[str]:
    """The names that stand in braces in `text`."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, words: Mapping[str, str]) -> str:
    """`text` with each `{name}` taken from `words`; an unknown one stays as it is, so that it is noticed."""
    return _PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), text)
