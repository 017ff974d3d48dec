"""What the coach says, as the page shows it: every word literal, every button the right one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.ports import Line, Standing, WebOptions
from bot.channels.web.render import Pages
from bot.channels.web.shown import states
from bot.message import About, Press
from bot.person import Person
from bot.reply import Choice, Citation, Fact, Field, File, Reply, Tone
from tests.channels.web.fake_desk import (
    ANA,
    BACK,
    BEN,
    CHOICE,
    COPIES,
    DEGREES,
    DOCX,
    EVERY_KIND,
    FILES,
    MULTI,
    PICTURE,
    REVIEW,
    STOP,
    TELL,
    TEXT,
    about,
    answer,
)

PAGES = Pages(WebOptions("a key", product="QMS Coach", site_names={"north": "Northfield"}))
AT = datetime(2025, 11, 24, 7, 30, tzinfo=UTC)

HOSTILE = [
    pytest.param("<script>alert(1)</script>", id="a script"),
    pytest.param("</p></div><img src=x onerror=alert(1)>", id="an element that closes ours"),
    pytest.param('" autofocus onfocus="alert(1)', id="an attribute"),
    pytest.param("{{ 7 * 7 }}{% include 'page.html' %}", id="a template"),
    pytest.param("javascript:alert(1)", id="an address that runs"),
    pytest.param("&lt;b&gt; &amp; &#39;", id="what is escaped already"),
    pytest.param("abc\N{RIGHT-TO-LEFT OVERRIDE}cba", id="text turned round"),
    pytest.param("${alert(1)} `x` \\u003cscript", id="what a script would read"),
]


def line(reply: Reply | None = None, *, seq: int = 1, kind: str = "reply", words: str = "") -> Line:
    return Line(seq, kind, AT, reply, words)  # type: ignore[arg-type]  # a kind as it is written


def shown(reply: Reply | None = None, *, kind: str = "reply", words: str = "", person: Person = ANA) -> str:
    """The markup of one new line."""
    event = PAGES.event(person, line(reply, kind=kind, words=words)).decode()
    return "\n".join(part.removeprefix("data: ") for part in event.splitlines() if part.startswith("data: "))


def text_of(markup: str) -> str:
    return Markup(markup).text


def hostile_reply(words: str) -> Reply:
    """The words everywhere a reply has words."""
    return Reply(
        words,
        Tone.QUESTION,
        choices=(Choice(words, Press("answer", (words,), about("a")), hint=words),),
        field=Field("text", about("a"), words, filled=(words,), placeholder=words),
        facts=(Fact(words, words, words, Choice(words, Press("change", ("a",)))),),
        citations=(Citation(words, words, words, words),),
        files=(File(f"{words}.docx", DOCX, words, 1),),
        spoken=words,
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_reply_stand_literally_wherever_they_stand(words: str):
    harmless, hostile = shown(hostile_reply("harmless")), shown(hostile_reply(words))

    assert words in text_of(hostile)
    assert Markup(hostile).elements == Markup(harmless).elements


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_of_a_person_stand_literally(words: str):
    hostile = shown(kind="echo", words=words)

    assert words in text_of(hostile)
    assert Markup(hostile).elements == Markup(shown(kind="echo", words="harmless")).elements


class Markup(HTMLParser):
    """What a browser would make of it: elements with the names of their attributes, and text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=80))
def test_no_words_whatever_can_end_an_event_or_begin_another(words: str):
    event = PAGES.event(ANA, line(kind="echo", words=words)).decode()

    head, *rest = event.removesuffix("\n\n").split("\n")
    assert head == "id: 1"
    assert rest[0] == "event: line"
    assert all(part.startswith("data: ") for part in rest[1:])
    assert "\r" not in event


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "ftp://x", ""]
)
def test_only_a_web_address_becomes_a_link(url: str):
    markup = shown(Reply("a", citations=(Citation("21 CFR 211.192", "Review", url, "law"),)))

    assert "<a " not in markup
    assert "21 CFR 211.192" in text_of(markup)


def test_a_source_is_a_link_that_tells_nobody_where_it_came_from():
    source = Citation("21 CFR 211.192", "Review", "https://www.ecfr.gov/x?a=1&b=2", "law")

    markup = shown(Reply("a", citations=(source,)))

    assert 'href="https://www.ecfr.gov/x?a=1&amp;b=2" rel="noopener noreferrer" target="_blank"' in markup


def test_answers_stand_as_buttons_and_the_ways_around_them_smaller_below():
    markup = shown(CHOICE)

    choices, _, others = markup.partition('<div class="others">')
    assert re.findall(r'data-label="([^"]*)"', choices) == ["Yes", "No", "I do not know"]
    assert re.findall(r'data-label="([^"]*)"', others) == ["Back", "Pause"]


def test_what_begins_something_is_an_answer_too_not_a_way_around():
    hello = Reply(
        "What would you like to do?", choices=(Choice("Open a deviation", Press("start", ("d",))), BACK)
    )

    choices, _, others = shown(hello).partition('<div class="others">')

    assert 'class="choice" data-label="Open a deviation"' in choices
    assert 'data-label="Back"' in others


def test_a_button_carries_its_press_as_a_token():
    choice = answer("Yes", "released")

    assert f'value="{choice.press.token()}"' in shown(Reply("Released?", Tone.QUESTION, choices=(choice,)))


def test_a_change_button_says_what_it_changes():
    assert 'aria-label="Change: When"' in shown(REVIEW)


def test_ticks_know_which_one_rules_out_the_others_and_which_was_ticked_before():
    markup = shown(MULTI)

    assert re.findall(r'value="(\w+)" data-alone', markup) == ["none"]
    assert re.findall(r'value="(\w+)"(?: data-alone)? checked', markup) == ["hold"]


def test_a_draft_is_offered_once_in_every_format():
    files = (
        File("coach-7k2m-draft-1.docx", DOCX, "coach-7k2m", 1),
        File("coach-7k2m-draft-1.md", "text/markdown", "coach-7k2m", 1),
    )

    links = re.findall(r'href="([^"]*)"', shown(Reply("Ready.", files=files)))

    assert links == ["/chat/draft/coach-7k2m/1.docx", "/chat/draft/coach-7k2m/1.md"]


def test_a_picture_says_what_it_shows_and_has_a_table_beside_it():
    markup = shown(PICTURE)

    assert 'src="/chat/picture/coach-7k2m/31.png"' in markup
    assert 'alt="Why it happened: What happened: a leak &amp; a stop\nWhy 1: a worn seal"' in markup, markup
    assert re.findall(r"<figcaption[^>]*>(.*?)</figcaption>", markup) == ["Why it happened"]
    assert [text_of(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", markup)] == [
        *("", "What was said"),
        *("What happened", "a leak & a stop"),
        *("Why 1", "a worn seal"),
    ]


@pytest.mark.parametrize("reply", EVERY_KIND, ids=lambda reply: reply.text[:20])
def test_a_tone_never_speaks_by_colour_alone(reply: Reply):
    words = {Tone.STOP: "Stop", Tone.NOTICE: "Please note", Tone.DONE: "Done"}

    marks = re.findall(r'<p class="mark">(.*?)</p>', shown(reply), re.DOTALL)

    assert [text_of(mark).strip() for mark in marks] == ([words[reply.tone]] if reply.tone in words else [])


@pytest.mark.parametrize("reply", EVERY_KIND, ids=lambda reply: reply.text[:20])
def test_every_paragraph_is_there_once(reply: Reply):
    words = text_of(shown(reply))

    for paragraph in reply.text.split("\n\n"):
        assert words.count(paragraph) == 1


@pytest.mark.parametrize(
    ("person", "time"),
    [
        pytest.param(ANA, "08:30", id="Zagreb is an hour ahead"),
        pytest.param(BEN, "07:30", id="London"),
        pytest.param(
            Person("x", "X", "north", "qa", zone="Mars/Olympus"), "07:30", id="an unknown zone is UTC"
        ),
        pytest.param(
            Person("x", "X", "north", "qa", zone="../etc"), "07:30", id="a zone that is a path is UTC"
        ),
    ],
)
def test_times_are_those_of_the_person(person: Person, time: str):
    assert f">{time}</time>" in shown(kind="echo", words="a", person=person)


# --- Which buttons still work ---


def test_a_question_closes_the_one_before_it_and_keeps_what_was_taken():
    transcript = [line(CHOICE, seq=1), line(seq=2, kind="echo", words="No"), line(MULTI, seq=3)]

    before, _, now = states(transcript)

    assert (before.is_open, before.taken) == (False, "No")
    assert now.is_open


def test_a_message_for_a_role_leaves_the_open_question_open():
    question, tell = states([line(CHOICE, seq=1), line(STOP, seq=2, kind="tell")])

    assert question.is_open
    assert tell.is_open


def test_a_nudge_is_closed_when_one_of_its_buttons_was_taken():
    nudge = Reply("How did it go?", choices=(Choice("Well", Press("feedback", ("well",))),))

    shown_nudge, _ = states([line(nudge, seq=1, kind="nudge"), line(seq=2, kind="echo", words="Well")])

    assert (shown_nudge.is_open, shown_nudge.taken) == (False, "Well")


def test_a_remark_without_buttons_closes_nothing():
    question, _ = states([line(CHOICE, seq=1), line(Reply("Noted."), seq=2)])

    assert question.is_open


SEEN, FREE = (choice.press.token() for choice in TELL.choices)


def told(standing: Standing) -> str:
    """The markup of a tell on a page loaded while this is open."""
    return (
        PAGES.chat(ANA, [line(TELL, kind="tell")], standing, has_more=False, form_token="t", personas=())
        .partition('<div id="lines"')[2]
        .partition("</article>")[0]
    )


def test_what_was_told_is_not_closed_by_what_is_talked_of_later():
    tell, _, _ = states(
        [line(TELL, seq=1, kind="tell"), line(seq=2, kind="echo", words="hi"), line(CHOICE, seq=3)]
    )

    assert tell.is_open


def test_two_things_told_are_not_both_settled_by_the_same_words():
    first, second, _ = states(
        [
            line(TELL, seq=1, kind="tell"),
            line(TELL, seq=2, kind="tell"),
            line(seq=3, kind="echo", words="Release the stop"),
        ]
    )

    assert first.is_open
    assert second.is_open


def test_what_was_read_is_marked_and_the_stop_can_still_be_released():
    buttons = re.findall(r'<button[^>]* value="(\w+)\|[^>]*>', told(Standing(1, 0, frozenset({SEEN}))))
    disabled = re.findall(
        r'value="(\w+)\|[^>]* data-taken disabled>', told(Standing(1, 0, frozenset({SEEN})))
    )

    assert (buttons, disabled) == (["seen", "free"], ["seen"])


def test_what_is_settled_is_closed_and_says_so():
    open_, settled = told(Standing()), told(Standing(settled=frozenset({SEEN, FREE})))

    assert '<p class="settled" hidden>' in open_
    assert '<p class="settled">Seen to.' in settled
    assert "closed" not in open_.partition(">")[0] + open_.partition("<article")[2].partition(">")[0]
    assert "closed" in settled.partition("<article")[2].partition(">")[0]


def test_a_list_asked_for_in_the_middle_of_a_question_is_not_closed_by_the_question():
    waits = Reply("Waiting for you: 1.", choices=(Choice("I have read this: Alex", TELL.choices[0].press),))

    before, _, listed, again = states(
        [
            line(CHOICE, seq=1),
            line(seq=2, kind="echo", words="waiting"),
            line(waits, seq=3),
            line(CHOICE, seq=4),
        ]
    )

    assert [before.is_open, listed.is_open, again.is_open] == [False, True, True]


def test_words_are_about_the_question_and_never_about_what_somebody_was_told():
    abouts = [
        re.findall(r'data-about="([^"]*)"', shown(reply, kind=kind))[0]
        for reply, kind in (
            (TEXT, "reply"),
            (TELL, "tell"),
            (
                Reply("Go on?", choices=(Choice("Go on", Press("resume", (), About("coach-7k2m", "", 0))),)),
                "reply",
            ),
        )
    ]

    assert abouts == ["coach-7k2m|line|1", "", ""]


def test_values_to_copy_stand_in_the_order_given_outside_of_any_form():
    markup = shown(COPIES)

    assert re.findall(r'data-copy data-label="([^"]*)"', markup) == ["What was seen", "Line"]
    assert "<form" not in markup


def test_a_number_carries_its_unit_in_its_name():
    assert 'data-label="Temperature, in °C"' in shown(DEGREES)


def test_a_file_picker_says_what_may_be_sent_and_comes_before_the_ways_out():
    markup = shown(FILES)

    assert 'accept="image/jpeg,image/png,application/pdf"' in markup
    assert "JPG, PNG or PDF, at most 3 files and 10 MB together" in text_of(markup)
    assert markup.index('type="file"') < markup.index('data-label="Skip"')


def test_what_is_open_is_told_to_the_page_as_numbers_and_tokens():
    event = PAGES.standing_event(Standing(2, 1, frozenset({SEEN}), frozenset({FREE}))).decode()

    name, data = event.removesuffix("\n\n").split("\n")
    assert name == "event: standing"
    assert json.loads(data.removeprefix("data: ")) == {
        "waiting": 2,
        "runs": 1,
        "read": [SEEN],
        "settled": [FREE],
    }


def test_nothing_can_be_pressed_in_earlier_messages():
    markup = PAGES.earlier(ANA, [line(CHOICE), line(MULTI, seq=2)], Standing(), has_more=False)

    assert markup.count("<fieldset disabled") == markup.count("<fieldset") > 0
    outside = re.findall(r"<button[^>]* form=[^>]*>", markup)
    assert len(outside) == 3
    assert all(" disabled>" in button for button in outside)
