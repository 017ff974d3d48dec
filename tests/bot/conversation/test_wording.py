"""The coach's own sentences: all there, all used, short and without blame."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.conversation
from bot.conversation.command import Command
from bot.conversation.wording import Wording, read_wording
from playbooks.answer import Trouble
from playbooks.placeholder import placeholders
from playbooks.reading import grade
from playbooks.utterance import Notice
from tests.bot.conversation.talk import WORDING
from tests.content import shipped_library

HERE = Path(bot.conversation.__file__).parent
CODE = sorted(
    [
        *HERE.glob("*.py"),
        HERE.parent / "saying.py",
        HERE.parent / "used.py",
        *HERE.parent.glob("channels/*/*.py"),
    ]
)
KEY_AT = {
    "wording": 0,
    "words": 0,
    "opening": 1,
    "_aside": 0,
    "in_run": 2,
    "_which": 2,
}  # where each call names its sentence
ROLES = {"qa", *(role for site in shipped_library().sites.values() for role in site.rosters)}
COMPUTED = {
    *Trouble,
    *Notice,
    Command.THANKS,
    Command.WAIT,
    "label_help",
    "label_drafts",
    "label_runs",
    "label_hello",
    *(f"role_{role}" for role in ROLES),
}
EIGHTH_GRADE = 8
BLAME = re.compile(
    r"\b(wrong|invalid|error|incorrect|fail\w*|mistake|must|illegal|fault|you did not)\b", re.IGNORECASE
)


def constants() -> set[str]:
    """Every text that stands in the code of the conversation."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CODE]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {node.value for node in nodes if isinstance(node.value, str)}


def named_in_calls() -> Iterator[str]:
    """Every sentence that the code asks for by its name."""
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and (name := called(call.func)) in KEY_AT:
                yield from keys_in(call.args[KEY_AT[name]])


def called(function: ast.expr) -> str:
    match function:
        case ast.Attribute(value=ast.Name(id="parts")):
            return ""  # a part of a card, which shows the words it is given
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def keys_in(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as key):
            yield key
        case ast.IfExp(body=one, orelse=other):
            yield from (*keys_in(one), *keys_in(other))
        case ast.BoolOp(values=values):
            yield from (key for value in values for key in keys_in(value))
        case _:
            pass  # computed: `COMPUTED` says which


def test_every_sentence_is_used():
    assert set(WORDING.texts) - constants() - COMPUTED == set()


def test_every_sentence_that_the_code_names_is_there():
    named = set(named_in_calls())

    assert {"hello", "label_pause", "welcome_back", "no_such_step"} <= named, "the search finds the calls"
    assert named - set(WORDING.texts) == set()


def test_every_trouble_and_every_notice_has_words():
    assert {*Trouble, *Notice} - set(WORDING.texts) == set()


@pytest.mark.parametrize(("key", "text"), WORDING.texts.items())
def test_a_sentence_is_short_and_blames_nobody(key, text):
    sentences = re.split(r"[.?!:]\s|\n", text)

    assert text
    assert max(len(sentence.split()) for sentence in sentences) <= 20
    said_of_us = {
        "no_playbooks": "if something is wrong now",
        "label_wrong": "what is wrong is an answer of ours",
    }
    assert not BLAME.search(text) or key in said_of_us
    assert "!" not in text


@pytest.mark.parametrize(("key", "text"), WORDING.texts.items())
def test_a_sentence_can_be_read_at_fourteen(key, text):
    lines = re.sub(r"\n+(?:- )?", ". ", text)  # what stands in a line of a list is read as a sentence

    assert (grade(lines) or 0) <= EIGHTH_GRADE, "shorter sentences, or shorter words"


def test_a_line_break_is_a_space_an_empty_line_a_paragraph_and_a_list_stays_a_list():
    wording = read_wording(
        "<!-- not said -->\n## one\n\nFirst\nline.\n\nSecond.\n\n- a\n- b\n\n## two_2\nShort {name}.\n"
    )

    assert wording("one") == "First line.\n\nSecond.\n\n- a\n- b"
    assert wording("two_2", name="Alex") == "Short Alex."


def test_words_in_a_persons_text_are_never_filled_in():
    wording = Wording({"told": "{name} said: {words}"})

    assert wording("told", name="{words}", words="{name}") == "{words} said: {name}"


def test_a_sentence_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="no_such_sentence"):
        WORDING("no_such_sentence")


def test_what_is_filled_in_is_always_given_a_name():
    odd = {name for text in WORDING.texts.values() for name in placeholders(text) if not name.isidentifier()}

    assert odd == set()
