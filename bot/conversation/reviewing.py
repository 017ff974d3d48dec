"""Reviewing a text with the coach, outside of any run: what it is, whether it is in a record, and two questions. Pure.

When it is over, nothing of it is kept but what stands in the chat, and which checks asked and were kept against.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import course, menu
from bot.conversation.coaching import coaching_text, keep_everything
from bot.conversation.command import names_danger
from bot.conversation.scene import Scene, Turn
from bot.conversation.session import TextReview
from bot.message import Press
from bot.reply import Choice, Reply, Tone
from playbooks.answer import YES_NO, pick
from playbooks.coaching.catalogue import checks_of, look
from playbooks.coaching.finding import Finding, Kind, Known
from playbooks.coaching.in_run import is_about_evidence, lets_it_be
from playbooks.script import Option

LONGEST = 4000  # characters
_AT_MOST = 2  # questions
COACHED, REVISED, STOOD_BY = "coached", "revised", "stood_by"
_NAMED = re.compile(r"\s*(?P<name>[\w ]+?)[\s?.!]*(?:[:\n]\s*(?P<text>.*))?", re.DOTALL)
_OVER = {REVISED: "review_revised", STOOD_BY: "review_stood_by"}
_NAMES = {
    Kind.DESCRIPTION: "kind_description",
    Kind.ROOT_CAUSE: "kind_root_cause",
    Kind.ACTION: "kind_action",
    Kind.EFFECTIVENESS: "kind_effectiveness",
    Kind.OOS: "kind_oos",
}
_KINDS = {
    "description": Kind.DESCRIPTION,
    "cause": Kind.ROOT_CAUSE,
    "action": Kind.ACTION,
    "capa": Kind.ACTION,
    "effectiveness": Kind.EFFECTIVENESS,
    "check": Kind.EFFECTIVENESS,
    "note": Kind.OOS,
}


def begin(scene: Scene, what: str = "") -> Turn:
    """Look at a text: `what` may name its kind, and give it after a colon."""
    named = _NAMED.fullmatch(what)
    name, text = (named["name"].casefold(), named["text"] or "") if named else ("", "")
    kind = next((kind for word, kind in _KINDS.items() if word in name), None)
    return _taken(scene, TextReview(kind=kind.value if kind else ""), text.strip())


def begin_with(scene: Scene, text: str) -> Turn:
    """Look at this text."""
    return _taken(scene, TextReview(), text.strip())


def said(scene: Scene, review: TextReview, text: str) -> Turn:
    """What words do while a text is looked at: they are it, say what it is, or are its new version."""
    if not review.text:
        return _taken(scene, review, text)
    if review.checks:
        return keep(scene, review) if lets_it_be(text) else _over(scene, review, REVISED)
    if not review.kind:
        picked = pick(text, _kinds(scene))
        return _next(scene, replace(review, kind=picked.value) if isinstance(picked, Option) else review)
    picked = pick(text, YES_NO)
    if isinstance(picked, Option):
        return _next(scene, replace(review, is_recorded=picked.value == "yes"))
    return _next(scene, review)


def pressed(scene: Scene, what: str, value: str) -> Turn:
    """A button of it; one that belongs to an earlier question changes nothing."""
    review = scene.session.review
    if review is None:
        return Turn((menu.opening(scene, "no_such_button"),), scene.session)
    match what:
        case "kind" if review.text and not review.kind and value in set(Kind):
            return _next(scene, replace(review, kind=value))
        case "record" if review.kind and review.is_recorded is None:
            return _next(scene, replace(review, is_recorded=value == "yes"))
        case "keep" if review.checks:
            return keep(scene, review)
        case "leave":
            return leave(scene)
        case _:
            return _next(scene, review)


def keep(scene: Scene, review: TextReview) -> Turn:
    """The text stays as it is; before it was looked at, that asks nothing more."""
    return _over(scene, review, STOOD_BY) if review.checks else leave(scene)


def leave(scene: Scene) -> Turn:
    """No more of it."""
    return _end(scene, Reply(scene.wording("review_left")))


def _taken(scene: Scene, review: TextReview, text: str) -> Turn:
    if len(text) > LONGEST:
        turn = _next(scene, review)
        too_long = Reply(scene.wording("too_long", limit=LONGEST))
        return replace(turn, replies=(too_long, *turn.replies))
    turn = _next(scene, replace(review, text=text))
    if names_danger(text):
        return replace(turn, replies=(replace(menu.danger(scene), choices=()), *turn.replies))
    return turn


def _next(scene: Scene, review: TextReview) -> Turn:
    """The next thing to ask about the text, or the questions."""
    wording = scene.wording
    if not review.text:
        return _ask(scene, review, "review_text", ())
    if not review.kind:
        choices = tuple(
            Choice(option.label, Press("review", ("kind", option.value))) for option in _kinds(scene)
        )
        return _ask(scene, review, "review_kind", choices)
    if review.is_recorded is None:
        yes_no = tuple(Choice(option.label, Press("review", ("record", option.value))) for option in YES_NO)
        return _ask(scene, review, "review_record", yes_no)
    found = _found(scene, review)
    if not found:
        return _end(scene, Reply(wording("review_nothing"), Tone.DONE))
    return _put(scene, replace(review, checks=tuple(finding.check for finding in found)), found)


def _found(scene: Scene, review: TextReview) -> tuple[Finding, ...]:
    manner = scene.site.coaching
    found = look(
        review.text, checks_of(Kind(review.kind)), Known(glossary=manner.glossary), manner, scene.listener
    )
    return found[:_AT_MOST]


def _put(scene: Scene, review: TextReview, found: tuple[Finding, ...]) -> Turn:
    """The questions. What stands in a record is only asked about: a correction there follows the site's procedure."""
    text = [
        coaching_text(scene.wording, review.text, found, is_kept=False),
        scene.wording("review_recorded" if review.is_recorded else "review_revise"),
    ]
    is_evidence = is_about_evidence(review.checks)
    if is_evidence:
        text.insert(0, keep_everything(scene.wording, scene.site))
    keep_it = Choice(scene.wording("label_keep_it"), Press("review", ("keep", "")))
    reply = Reply("\n\n".join(text), Tone.STOP if is_evidence else Tone.QUESTION, choices=(keep_it,))
    session = replace(scene.session, review=review, offer=None, misunderstood=0)
    return Turn((reply,), session, coached=tuple((COACHED, check) for check in review.checks))


def _ask(scene: Scene, review: TextReview, key: str, choices: tuple[Choice, ...]) -> Turn:
    leave_it = Choice(scene.wording("label_not_now"), Press("review", ("leave", "")), is_aside=True)
    reply = Reply(scene.wording(key), Tone.QUESTION, choices=(*choices, leave_it))
    return Turn((reply,), replace(scene.session, review=review, offer=None, misunderstood=0))


def _over(scene: Scene, review: TextReview, verb: str) -> Turn:
    key = "review_recorded_over" if review.is_recorded else _OVER[verb]
    turn = _end(scene, Reply(scene.wording(key), Tone.DONE))
    return replace(turn, coached=tuple((verb, check) for check in review.checks))


def _end(scene: Scene, reply: Reply) -> Turn:
    """Forget the text; a run that is open goes on where it was."""
    run = scene.run
    if run and run.is_open:
        return course.beside(scene, run, "review", reply)
    return Turn((reply,), replace(scene.session, review=None, misunderstood=0))


def _kinds(scene: Scene) -> tuple[Option, ...]:
    return tuple(Option(kind.value, scene.wording(key)) for kind, key in _NAMES.items())
