"""What is judged on every platform is really everything: each sentence, each step, each shape of a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest

from bot.conversation.wording import read_wording
from bot.reply import FieldKind, Reply, Tone
from playbooks.answer import options_of
from playbooks.placeholder import placeholders
from playbooks.script import Ask, Clock, Finish, HandBack, HandOver, Review, Say, Script, Step, Stop
from tests.bot.conversation.talk import SPILL
from tests.content import shipped_library
from tests.contracts.every_reply import Seen, Speaker, every_reply, sentences, trials, walked
from tests.contracts.extremes import KINDS, LONGEST, MARKS, extremes

LIBRARY = shipped_library()
# What a channel shows of its own accord, and what stands in the log for what was pressed.
SHOWN_ONLY = re.compile(
    r"hint_\w+|used(?:_typed)?|here_is_file|no_such_file|file_not_sent|label_runs|turn_\w+"
)


def texts(reply: Reply) -> Iterator[str]:
    """Every text of a reply, wherever it is shown."""
    yield from (reply.text, reply.spoken, reply.used)
    yield from (words for choice in reply.choices for words in (choice.label, choice.hint))
    if reply.field:
        yield from (reply.field.label, reply.field.placeholder, *(label for _, label in reply.field.options))
    if reply.progress:
        yield reply.progress.section
    for fact in reply.facts:
        yield from (fact.label, fact.value, fact.group)
        yield from (fact.change.label, fact.change.hint) if fact.change else ()
    yield from (words for cited in reply.citations for words in (cited.clause, cited.title))


@cache
def conversations() -> str:
    """All that is said in conversations, apart from sentences said by themselves; a NUL between two texts."""
    said = (reply for name, reply in every_reply() if ", the sentence " not in name)
    return "\0".join({text for reply in said for text in texts(reply)})


def is_said(template: str) -> bool:
    """Whether these words are said somewhere, whatever their placeholders are filled with."""
    parts = re.split(r"\{[a-z0-9_.]+\}", template) if placeholders(template) else [template]
    whole = re.compile("[^\0]*?".join(map(re.escape, parts)))
    return any(whole.search(text) for text in texts_with(max(parts, key=len)))


def texts_with(words: str) -> Iterator[str]:
    """Each text in which these words stand."""
    said, start = conversations(), 0
    while (found := said.find(words, start)) >= 0:
        end = said.find("\0", found)
        end = len(said) if end < 0 else end
        yield said[said.rfind("\0", 0, found) + 1 : end]
        start = end + 1


@pytest.mark.parametrize("language", LIBRARY.wordings)
def test_every_sentence_of_every_wording_is_said(language):
    wording = read_wording(LIBRARY.wordings[language])
    every = {reply for _, reply in every_reply()}
    silent = [key for key, text in wording.texts.items() if not is_said(text)]

    assert [name for name, reply in sentences(wording) if reply not in every] == [], "by itself"
    assert [key for key in silent if not SHOWN_ONLY.fullmatch(key)] == [], "in a conversation"


@pytest.mark.parametrize("playbook", LIBRARY.playbooks)
def test_every_step_of_every_playbook_is_said_from_every_side(playbook):
    script = LIBRARY.script(playbook)
    silent = [
        (step.id, words) for step in script.steps for words in words_of(step, script) if not is_said(words)
    ]

    assert silent == []


def words_of(step: Step, script: Script) -> Iterator[str]:
    """Everything that the file lets the coach say at this step."""
    yield from filter(None, (step.why, step.hint))
    match step.does:
        case Ask() as ask:
            yield from (ask.text, ask.label)
            yield from (words for option in options_of(ask) for words in (option.label, option.hint) if words)
            yield from (check.say for check in ask.checks)
            yield from (ask.unknown.label, ask.unknown.say) if ask.unknown else ()
            yield from (ask.example.weak, ask.example.better) if ask.example else ()
        case Say(text) | HandBack(text) | Finish(text):
            yield text
        case Stop() as stop:
            yield stop.say
            yield from (stop.release.label,) if stop.release else ()
            yield from (stop.if_no_answer.say,) if stop.if_no_answer else ()
        case HandOver() as hand_over:
            yield from filter(None, (hand_over.say, hand_over.together))
            yield from (hand_over.if_no_answer.say,) if hand_over.if_no_answer else ()
        case Review():
            yield script.section_titles[step.section]
        case _:
            pass


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param(clock, id=name)
        for book in LIBRARY.playbooks.values()
        for name, clock in book.script.clocks.items()
    ],
)
def test_every_clock_is_said_to_begin_to_remind_and_to_be_late(clock: Clock):
    assert is_said(f"Time limit: {clock.say}, by {{due}}.")
    assert is_said(f'Reminder {{number}} of {{of}} for "{{title}}": {clock.say}')
    assert clock.when_late is None or is_said(clock.when_late.say)


def test_every_site_and_every_playbook_is_among_them():
    names = " ".join(name for name, _ in every_reply())

    assert [site for site in LIBRARY.sites if f"at {site}" not in names] == []
    assert [book for book in LIBRARY.playbooks if f"{book} at" not in names] == []


def test_every_shape_of_a_reply_is_among_them():
    replies = [reply for _, reply in every_reply()]
    choices = [choice for reply in replies for choice in reply.choices]
    facts = [fact for reply in replies for fact in reply.facts]
    fields = [reply.field for reply in replies if reply.field]

    assert {reply.tone for reply in replies} == set(Tone)
    assert {field.kind for field in fields} == set(get_args(FieldKind)) == set(KINDS)
    assert {bool(field.filled) for field in fields} == {True, False}
    for name in ("options", "excludes", "placeholder", "allow", "max_files"):
        assert any(getattr(field, name) for field in fields), name
    for name in ("choices", "facts", "citations", "files", "progress", "spoken", "used"):
        assert any(getattr(reply, name) for reply in replies), name
    for name in ("is_main", "is_aside", "hint"):
        assert any(getattr(choice, name) for choice in choices), name
    for name in ("group", "change", "is_copy"):
        assert any(getattr(fact, name) for fact in facts), name


def test_conversations_bring_long_and_hostile_words_too():
    spoken = [reply for name, reply in every_reply() if not name.startswith("extreme")]

    assert max(len(fact.value) for reply in spoken for fact in reply.facts) >= LONGEST
    assert max(len(choice.label) for reply in spoken for choice in reply.choices) > 3_000
    assert max(len(choice.press.token()) for reply in spoken for choice in reply.choices) > 3_000
    assert [mark for mark in MARKS if not any(mark in reply.text for reply in spoken)] == []


def test_extremes_are_as_extreme_as_they_say():
    by_name = dict(extremes())

    assert len(by_name["a review with 60 facts of 4000 characters"].facts[59].value) == LONGEST
    assert len(by_name["40 choices"].choices) == 40
    assert len(field.options if (field := by_name["120 options"].field) else ()) == 120
    assert all(mark in by_name["said: hostile"].text for mark in MARKS)


def test_every_reply_comes_once_and_the_extremes_are_among_them():
    every = {reply for _, reply in every_reply()}

    assert len(every) == len(every_reply())
    assert [name for name, reply in extremes() if reply not in every] == []


def test_the_same_replies_come_in_the_same_order_each_time():
    def said() -> list[tuple[str, Reply]]:
        return list(walked(Speaker(shelf=(SPILL,)), SPILL, trials(SPILL), Seen()))

    assert len(said()) > 100
    assert said() == said()
