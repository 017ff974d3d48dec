"""The words of a question in one shape, whatever was typed around them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import Stemmer

_MARKUP = re.compile(
    r"```.*?```"  # code
    r"|<at>.*?</at>"  # a mention in Teams
    r"|<[@#!][^>]*>"  # a mention of a person, channel or group in Slack
    r"|<https?://[^|>]*(?:\|(?P<label>[^>]*))?>"  # a link in Slack: its label stays
    r"|https?://\S+"
    r"|(?<!\w):[a-z0-9_+-]+:(?!\w)",  # an emoji by its name
    re.DOTALL,
)
_APOSTROPHES = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}`]")
_NO_WORD = re.compile(r"[^\w%]+|_+")
_PLAIN = re.compile(r"[a-z0-9% ]*")
_STRETCHED = re.compile(r"(\D)\1{2,}")
_GREETING = re.compile(
    r"(?:(?:hi|hello|hey|dear|good morning|good afternoon|good evening|morning|evening) (?:(?:coach|there|all|team) )*)+"
)
_STEMMER = Stemmer.Stemmer("english")


def words_of(text: str) -> list[str]:
    """The words of `text`: small letters, without markup, punctuation and apostrophes; "sooo" is "soo"."""
    text = without_markup(unicodedata.normalize("NFKC", text)).lower()
    if not _PLAIN.fullmatch(text):
        text = _NO_WORD.sub(" ", _APOSTROPHES.sub("", text))
    if _STRETCHED.search(text):
        text = _STRETCHED.sub(r"\1\1", text)
    return text.split()


def without_markup(text: str) -> str:
    """`text` without code, mentions, links and emoji; the label of a link stays."""
    if not any(sign in text for sign in "<:`"):  # every sort of markup has one of them
        return text
    return _MARKUP.sub(lambda match: f" {match['label'] or ''} ", text)


def ends_asking(text: str) -> bool:
    """Whether `text` ends with a question mark, whatever emoji, mention, link or bracket stands behind it."""
    for sign in reversed(without_markup(text)):
        if sign == "?" or sign.isalnum():
            return sign == "?"
    return False


def without_greeting(words: Sequence[str]) -> list[str]:
    """The words behind a greeting; all of them where they are nothing else."""
    greeting = _GREETING.match(" ".join(words) + " ")
    return list(words[len(greeting[0].split()) :] if greeting else words) or list(words)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of an English word: "tests" and "testing" have the same."""
    return str(_STEMMER.stemWord(word))
