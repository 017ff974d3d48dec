"""What a person can be shown to choose from: what can be begun, and lists of what is theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.conversation.command import Command
from bot.conversation.guide import draft_files
from bot.conversation.nearest import Near
from bot.conversation.scene import HAND_OVER, Lent, OpenRun, RunCard, Scene, Waited
from bot.message import About, Press
from bot.reply import Choice, Fact, Reply, Tone
from playbooks.answer import show_moment
from playbooks.draft import role_words
from playbooks.script import Script

# What can be begun


def opening(scene: Scene, key: str, **words: object) -> Reply:
    """The sentence for `key`, and everything that can be begun; where that is nothing, it says so."""
    return Reply(f"{scene.wording(key, **words)}\n\n{what_to_do(scene)}", choices=beginnings(scene))


def hello(scene: Scene) -> Reply:
    """A greeting, which names the run that is open."""
    run, name = scene.run, scene.person.name
    if run is None or run.is_over:
        return opening(scene, "hello", name=name)
    again = opening(scene, "hello_again", name=name, title=run.title)
    first, *others = again.choices
    return replace(again, choices=(replace(first, is_main=True), *others))


def danger(scene: Scene) -> Reply:
    """Somebody may be hurt: first whom to call, and only then what the coach can do."""
    phone = scene.site.values.get("emergency_phone") or scene.wording("no_emergency_phone")
    return Reply(scene.wording("danger", phone=phone), Tone.STOP, choices=beginnings(scene))


def not_sure(scene: Scene, near: Iterable[Near]) -> Reply:
    """Words that could not be read: the nearest things the coach can do."""
    can_begin = scene.shelf or scene.lively
    text = scene.wording("not_sure") if can_begin else what_to_do(scene)
    return Reply(text, choices=tuple(_choice(scene, item) for item in near))


def what_to_do(scene: Scene) -> str:
    """The question that leads to the choices; where nothing can be begun, that."""
    if scene.shelf or scene.lively:
        return scene.wording("what_to_do")
    return scene.wording("no_playbooks", site=scene.site.name)


def beginnings(scene: Scene) -> tuple[Choice, ...]:
    """What can always be begun: the runs to take up again, every playbook of the shelf, the drafts."""
    starts = tuple(Choice(script.title, Press("start", (script.id,))) for script in scene.shelf)
    drafts = Choice(scene.wording("label_drafts"), Press(Command.DRAFTS), is_aside=True)
    waiting = Choice(scene.wording("label_waiting"), Press(Command.WAITING), is_aside=True)
    return (*(_take_up(scene, card) for card in scene.lively), *starts, drafts, waiting)


# What is the person's


def runs(scene: Scene) -> Reply:
    """Every run to take up again, and every run that a colleague has in hand for this person."""
    cards, lent = scene.lively, scene.all_lent()
    if not cards and not lent:
        return Reply(scene.wording("no_runs"))
    text = [scene.wording("runs", count=len(cards))] if cards else []
    text += [f"- {whose_turn(scene, each)}" for each in lent]
    return Reply(
        "\n".join(text),
        choices=(
            *_take_up_any(scene, cards),
            *(choice for each in lent for choice in (_look(scene, each), _take_back_of(scene, each))),
        ),
    )


def whose_turn(scene: Scene, lent: Lent) -> str:
    """Who has the run now and since when, and for which part."""
    at = show_moment(lent.part.at.astimezone(scene.site.place.zone))
    part = role_words(lent.role)
    return scene.wording("lent", title=lent.run.title, name=lent.holder.name, at=at, part=part)


def where_it_stands(scene: Scene, lent: Lent, facts: tuple[Fact, ...], words: str = "") -> Reply:
    """A run that a colleague has in hand: whose turn it is, and the answers so far; `words` were no answer to it."""
    text = [whose_turn(scene, lent), scene.wording("lent_waits")]
    if words:
        text.insert(0, scene.wording("lent_words", words=words))
    choices = () if lent.run.is_over else (_take_back(scene, lent),)
    return Reply("\n\n".join(text), Tone.NOTICE, choices=choices, facts=facts)


def sure_to_take_back(scene: Scene, lent: Lent) -> Reply:
    """Whether to take it back from the colleague who has it: named, and since when."""
    wording, about = scene.wording, About(lent.run.ref, "", 0)
    sure = Press("take_back", (lent.part.step, lent.grip), about)
    return Reply(
        f"{whose_turn(scene, lent)}\n\n{wording('take_back_sure', name=lent.holder.name)}",
        Tone.QUESTION,
        choices=(
            Choice(wording("label_take_back_sure"), sure, is_main=True),
            Choice(wording("label_leave_with", name=lent.holder.name), Press("resume", (), about)),
        ),
    )


def take_back_press(lent: Lent) -> Press:
    """What asks whether to take a run back from a colleague."""
    return Press("take_back", (lent.part.step,), About(lent.run.ref, "", 0))


def others_wait(scene: Scene) -> Reply:
    """What else the person has open, once something has ended."""
    return Reply(scene.wording("others_wait"), choices=_take_up_any(scene, scene.others()))


def found_run(scene: Scene, card: RunCard) -> Reply:
    """The run that was named, to take up again."""
    return Reply(scene.wording("found_run", title=card.title), choices=(_take_up(scene, card),))


def drafts(scene: Scene) -> Reply:
    """Every draft the person has made, as files."""
    made = scene.drafts()
    if not made:
        return Reply(scene.wording("no_drafts"))
    files = tuple(file for draft in made for file in draft_files(draft.run, draft.number, draft.formats))
    return Reply(scene.wording("drafts"), files=files)


def draft(scene: Scene, name: str) -> Reply:
    """One file the person has made, by its name."""
    made = (file for each in scene.drafts() for file in draft_files(each.run, each.number, each.formats))
    file = next((file for file in made if file.name == name), None)
    if file is None:
        return Reply(scene.wording("no_such_file"))
    return Reply(scene.wording("here_is_file", name=name), files=(file,))


def waiting(scene: Scene) -> Reply:
    """What waits for this person: each with what they can do about it."""
    waits = scene.waits()
    if not waits:
        return Reply(scene.wording("nothing_waits"))
    lines = [scene.wording("waits", count=len(waits)), *(_waited_line(scene, waited) for waited in waits)]
    choices = tuple(choice for waited in waits for choice in _waited_choices(scene, waited))
    return Reply("\n".join(lines), choices=choices)


def _waited_line(scene: Scene, waited: Waited) -> str:
    at = show_moment(waited.posted_at.astimezone(scene.site.place.zone))
    key = "waits_part" if waited.part else "waits_seen" if waited.is_seen else "waits_new"
    part = role_words(waited.part)
    return "- " + scene.wording(key, name=waited.of, title=waited.title, ref=waited.run, at=at, part=part)


def _waited_choices(scene: Scene, waited: Waited) -> Iterable[Choice]:
    wording, about = scene.wording, About(waited.run, waited.step, 0)
    if waited.step == HAND_OVER or waited.part:
        yield Choice(wording("label_accept_of", name=waited.of), Press("accept", (), about))
        return
    if not waited.is_seen:
        yield Choice(wording("label_seen_of", name=waited.of), Press("seen", (waited.step,), about))
    if waited.may_free:
        yield Choice(wording("label_free_of", name=waited.of), Press("free", (waited.step,), about))


def humans(scene: Scene) -> Reply:
    """Whom to phone: every role of the site that has a number."""
    rosters = scene.site.rosters.items()
    facts = tuple(Fact(scene.wording.role(role), roster.phone) for role, roster in rosters if roster.phone)
    return Reply(scene.wording("humans" if facts else "no_humans"), facts=facts, is_answer=True)


# Buttons


def in_run(scene: Scene, run: OpenRun, label: str, action: str, *, is_main: bool = False) -> Choice:
    """The button that does something in this run, whatever is asked in it by then."""
    return Choice(scene.wording(label), Press(action, (), About(run.ref, "", 0)), is_main=is_main)


def _take_up_any(scene: Scene, cards: Iterable[RunCard]) -> tuple[Choice, ...]:
    return tuple(_take_up(scene, card) for card in cards)


def _take_up(scene: Scene, card: RunCard) -> Choice:
    label = scene.wording("label_take_up", title=card.title)
    return Choice(label, Press("resume", (), About(card.ref, "", 0)))


def _look(scene: Scene, lent: Lent) -> Choice:
    label = scene.wording("label_where_it_stands", title=lent.run.title)
    return Choice(label, Press("resume", (), About(lent.run.ref, "", 0)))


def _take_back(scene: Scene, lent: Lent) -> Choice:
    return Choice(scene.wording("label_take_back"), take_back_press(lent))


def _take_back_of(scene: Scene, lent: Lent) -> Choice:
    return Choice(scene.wording("label_take_back_of", title=lent.run.title), take_back_press(lent))


def _choice(scene: Scene, near: Near) -> Choice:
    match near.does:
        case Script() as script:
            return Choice(script.title, Press("start", (script.id,)))
        case Command.RESUME:
            return _take_up(scene, scene.lively[0])
        case command:
            return Choice(scene.wording(f"label_{command}"), Press(command))
