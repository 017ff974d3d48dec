"""Pictures: drawn in a process of their own, when they are fetched, and never more than their words."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document

from bot import ink, picture
from bot.app import HOME, PULLED
from bot.chat_desk import CoachChatDesk
from bot.coach import Coach, Office
from bot.desk import WebDesk
from bot.message import Press
from bot.news import News
from bot.picture import Painter, PictureFailed, in_a_process
from bot.reception import Reception
from bot.reply import Picture, Reply
from bot.saying import Channels
from playbooks.control import individuals
from playbooks.figure import Bones, Chain, Chart, Link, Web
from playbooks.sketch import sketch
from tests.bot.conversation.talk import WORDING
from tests.content import shipped_library
from tests.plant import Plant, next_release
from tests.playbooks.scripts import END, REVIEW, document, figure, question, tree

TITLE = "Why it happened"
CHAIN = Chain("Überdruck <b>in</b> T_07", (Link("Why 1", "a worn seal", "Log 12"),))
PNG = b"\x89PNG\r\n\x1a\n"


class Runs:
    """Takes orders for pictures, and gives something that looks like one; or fails."""

    def __init__(self, gives: bytes = PNG + b"a picture") -> None:
        self.orders: list[dict[str, object]] = []
        self.gives = gives

    def __call__(self, order: bytes) -> bytes:
        self.orders.append(json.loads(order))
        if not self.gives:
            raise PictureFailed("the renderer ended with 1")
        return self.gives


# The painter


def test_the_same_picture_is_drawn_once_and_another_size_is_another_picture():
    runs = Runs()
    painter = Painter(runs)
    for within in (0, 0, 1024, 0):
        assert painter.png({"a": 1}, within) == runs.gives
    assert [order["within"] for order in runs.orders] == [0, 1024]


def test_of_many_pictures_the_latest_are_kept():
    runs = Runs()
    painter = Painter(runs)
    for number in range(picture._KEPT + 1):
        painter.png({"a": number})
    painter.png({"a": picture._KEPT})
    assert len(runs.orders) == picture._KEPT + 1
    painter.png({"a": 0})
    assert len(runs.orders) == picture._KEPT + 2


@pytest.mark.parametrize("gives", [b"", b"<svg/>"], ids=["nothing", "no picture"])
def test_what_is_no_picture_is_told_and_asked_for_again(gives):
    runs = Runs(gives)
    painter = Painter(runs)
    for _ in range(2):
        with pytest.raises(PictureFailed):
            painter.png({"a": 1})
    assert len(runs.orders) == 2


def test_two_pictures_are_drawn_at_once_and_no_more():
    gate, inside, most = threading.Event(), [], []

    def run(_: bytes) -> bytes:
        inside.append(1)
        most.append(len(inside))
        gate.wait(5)
        inside.pop()
        return PNG

    painter = Painter(run)
    threads = [threading.Thread(target=painter.png, args=({"a": n},)) for n in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert max(most) <= 2


# The process


@pytest.mark.parametrize(
    "content",
    [
        CHAIN,
        Bones(
            "Leak", (("Method", ("no torque",)), ("Machine", ("nothing noted",)), ("Material", ("x" * 300,)))
        ),
        Chart(individuals([Decimal(number % 3) for number in range(12)]), None, None),
        Web((("People", 4), ("Data", None), ("Plant", 1))),
    ],
    ids=["whys", "fishbone", "control chart", "radar"],
)
def test_each_kind_of_picture_is_drawn(content):
    spec = sketch(TITLE, content)
    made = Painter().png(spec, 1024)
    assert made.startswith(PNG)
    assert max(ink.size(made)) <= 1024
    assert len(made) < 180_000


def test_a_picture_is_twice_as_fine_as_it_is_large():
    wide, high = ink.size(Painter().png(sketch(TITLE, CHAIN)))
    assert 1240 < wide < 1400
    assert high < wide


def test_the_same_order_gives_the_same_bytes():
    spec = sketch(TITLE, CHAIN)
    assert Painter().png(spec) == Painter().png(spec)


def test_a_renderer_that_fails_says_so():
    with pytest.raises(PictureFailed, match="ended with 1"):
        in_a_process(b"no order")


def test_a_renderer_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(picture, "PATIENCE", 0.001)
    with pytest.raises(PictureFailed, match="TimeoutExpired"):
        in_a_process(b"{}")


def test_the_renderer_is_never_imported_into_the_coach():
    loaded = "import sys, bot.app, bot.desk, bot.chat_desk; print('vl_convert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "False"


def test_packing_changes_no_pixel():
    spec = json.dumps({"spec": sketch(TITLE, CHAIN), "within": 300})
    made = in_a_process(spec.encode())
    assert ink.packed(made) == made


# In a run


WHYS = tree(
    question("problem"),
    question("why_1"),
    figure("why_tree", "whys", {"event": "problem", "whys": ["why_1"]}),
    REVIEW,
    document(),
    END,
    playbook="immediate-containment",
)


@pytest.fixture
def renderer() -> Runs:
    return Runs(Painter().png(sketch(TITLE, CHAIN), 100))


@pytest.fixture
def plant(database, renderer) -> Plant:
    def edit(old: dict[str, object]) -> None:
        old.clear()
        old.update(WHYS)

    plant = Plant(database, next_release(shipped_library(), edit, "immediate-containment"))
    office = Office(
        database,
        plant.library,
        plant.clock,
        lambda: next(plant.refs),
        Channels(PULLED, HOME),
        str,
        Painter(renderer),
    )
    plant.coach = Coach(office)
    return plant


def drawn_in(plant: Plant, *said: str) -> tuple[str, Picture]:
    """The run in which these answers were given, and the picture that came last."""
    plant.coach.hear(plant.message(press=Press("start", ("immediate-containment",))))
    plant.hear(*said)
    replies = [Reply.from_json(line.payload) for line in plant.lines() if line.kind == "reply"]
    return plant.focus(), [reply.picture for reply in replies if reply.picture][-1]


def test_a_picture_is_drawn_from_the_run_as_it_was_when_it_was_shown(plant, renderer):
    run, first = drawn_in(plant, "Leak", "A worn seal")
    plant.hear("change why_1", "A loose clamp")
    _, second = drawn_in_last(plant)
    assert first.number < second.number
    for shown, expected in ((first, "A worn seal"), (second, "A loose clamp")):
        order = plant.coach.picture("alex", run, shown.number)
        assert order
        made = order.render(300)
        assert (made.name, made.media_type) == (f"{run}-picture-{shown.number}.png", "image/png")
        assert expected in json.dumps(renderer.orders[-1])
        assert renderer.orders[-1]["within"] == 300


def drawn_in_last(plant: Plant) -> tuple[str, Picture]:
    (only,) = [reply.picture for reply in plant.replies() if reply.picture]
    return plant.focus(), only


def test_nothing_is_drawn_before_somebody_wants_to_see_it(plant, renderer):
    drawn_in(plant, "Leak", "A worn seal", "yes")
    assert renderer.orders == []


def test_a_picture_is_there_for_its_person_only_and_only_where_there_is_one(plant):
    run, shown = drawn_in(plant, "Leak", "A worn seal")
    assert plant.coach.picture("alex", run, shown.number)
    assert plant.coach.picture("sam", run, shown.number) is None
    assert plant.coach.picture("alex", run, shown.number - 1) is None
    assert plant.coach.picture("alex", run, 999) is None
    assert plant.coach.picture("alex", run, 0) is None
    assert plant.coach.picture("alex", "coach-nobodys", shown.number) is None


def test_a_draft_holds_the_picture_and_without_a_renderer_its_words(plant, renderer):
    run, _ = drawn_in(plant, "Leak", "A worn seal", "yes")
    order = plant.coach.draft("alex", run, 1)
    assert order
    whole = Document(BytesIO(order.render("docx").content))
    assert len(whole.inline_shapes) == 1
    renderer.gives = b""
    words = plant.coach.draft("alex", run, 1)
    assert words
    bare = replace(words, painter=Painter(renderer)).render("docx").content
    assert len(Document(BytesIO(bare)).inline_shapes) == 0
    assert "Why 1: A worn seal" in "\n".join(p.text for p in Document(BytesIO(bare)).paragraphs)
    assert "Why 1: A worn seal" in words.render("md").content.decode()


def test_on_a_platform_the_picture_follows_as_a_file_and_nobody_is_told_where_it_cannot(plant):
    phone = plant.on_phone()
    phone.hear(press=Press("start", ("immediate-containment",)))
    phone.deliver()
    sent = [reply for reply in phone.say("Leak", "A worn seal") if reply.picture]
    assert [bool(reply.text) for reply in sent] == [True, False]
    lines = [line for line in plant.lines(channel="slack") if line.kind == "file"]
    assert [Reply.from_json(line.payload).file_names for line in lines] == [{sent[0].picture.name}]
    with plant.database.writing() as conn:
        before = len(plant.lines(channel="slack"))
        plant.coach.apologise(conn, lines[0])
    assert len(plant.lines(channel="slack")) == before


async def test_both_desks_give_the_picture_and_nothing_where_it_cannot_be_drawn(plant, renderer):
    run, shown = drawn_in(plant, "Leak", "A worn seal")
    web = WebDesk(plant.database, plant.coach, News(plant.database, HOME), new_secret=lambda: "secret")
    chat = CoachChatDesk(
        plant.database,
        plant.coach,
        Reception(plant.database, {}),
        WORDING,
        frozenset(),
        wake=lambda: None,
    )
    for fetch in (web.fetch_picture, chat.fetch_picture):
        found = await fetch("alex", run, shown.number)
        assert found
        assert (found.media_type, found.content) == ("image/png", renderer.gives)
        assert await fetch("sam", run, shown.number) is None
    renderer.gives = b""
    plant.hear("change why_1", "A loose clamp")
    _, other = drawn_in_last(plant)
    for fetch in (web.fetch_picture, chat.fetch_picture):
        assert await fetch("alex", run, other.number) is None
