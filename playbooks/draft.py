"""A draft: what a run has to show for itself, in words, ready to be laid out on paper or in a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from playbooks.answer import show_moment
from playbooks.position import resolve
from playbooks.run import Drafted, Event, Told, fold, hash_of
from playbooks.script import Ask, Document, Script
from playbooks.shown import NOT_ANSWERED, NOT_KNOWN, ShownAnswer, live_lines


@dataclass(frozen=True, slots=True)
class Line:
    """One answer in words: the step's short name, what was answered, the question put, when and by whom."""

    step: str
    label: str
    value: str
    question: str
    said_at: datetime
    said_by: str


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of one section, in the order they were asked."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """Something still to be found out. `note` is the whole sentence that a draft shows.

    For example: "Not known yet: when it happened (follow up: 2 working days)".
    """

    step: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One numbered draft of one run.

    `made_at` is UTC; `zone` is where times are shown. `status_note` says what a reader must know of its state
    (the site has not approved the script), or is empty. `told` are whole sentences, such as "QA was told through
    the coach on 2025-06-03 06:20 (posted, not confirmed read)". `fingerprint` is that of what it states.
    """

    title: str
    run: str
    number: int
    made_at: datetime
    made_by: str
    site: str
    watermark: str
    script: str
    version: str
    script_hash: str
    status_note: str
    groups: tuple[Group, ...]
    open_points: tuple[OpenPoint, ...]
    told: tuple[str, ...]
    zone: str
    fingerprint: str


NOT_AS_MADE = "Words of this draft have been erased since it was made."


def fingerprint(script: Script, events: Sequence[Event]) -> str:
    """SHA-256, in hex, of everything a draft made after `events` states: answers, open points and who was told.

    How it is laid out, and when it is fetched, do not change it.
    """
    lines = [
        [line.step.id, line.ask.label, line.ask.text, line.shown, line.given.at.isoformat(), line.given.by]
        for line in live_lines(script, resolve(script, fold(events)), UTC)
    ]
    told = [[event.at.isoformat(), what.role, list(what.to)] for event, what in _told(events)]
    return hash_of({"lines": lines, "told": told})


def draft_of(
    script: Script,
    events: Sequence[Event],
    made: Event,
    *,
    run: str,
    site: str,
    zone: str,
    names: Mapping[str, str],
    status_note: str,
) -> Draft:
    """The draft that `made` (a `Drafted` event) stands for, from all `events` of its run.

    `names` gives the name to show for a person's id. Raises TypeError when `made` is something else.
    """
    what = made.what
    if not isinstance(what, Drafted):
        msg = f"a draft is made by 'drafted', not by {what.kind!r}"
        raise TypeError(msg)
    then = [event for event in events if event.seq <= what.upto]
    step = script.by_id[what.step]
    shown = live_lines(script, resolve(script, fold(then)), ZoneInfo(zone))
    is_as_made = fingerprint(script, then) == what.fingerprint
    return Draft(
        title=script.title,
        run=run,
        number=what.number,
        made_at=made.at,
        made_by=names.get(made.by, made.by),
        site=site,
        watermark=step.does.watermark if isinstance(step.does, Document) else "",
        script=script.id,
        version=script.version,
        script_hash=script.hash,
        status_note=status_note if is_as_made else f"{status_note} {NOT_AS_MADE}".strip(),
        groups=tuple(
            Group(script.section_titles[section], tuple(_line(line, names) for line in lines))
            for section, lines in groupby(shown, key=lambda line: line.step.section)
        ),
        open_points=tuple(_open_point(line) for line in shown if line.is_open),
        told=tuple(_told_sentence(event, told, ZoneInfo(zone)) for event, told in _told(then)),
        zone=zone,
        fingerprint=what.fingerprint,
    )


def role_words(role: str) -> str:
    """A site role as people read it: `qa_on_call` is "QA on call"."""
    words = role.replace("_", " ")
    return f"QA{words[2:]}" if words.startswith("qa") else words


def _told(events: Sequence[Event]) -> list[tuple[Event, Told]]:
    return [(event, event.what) for event in events if isinstance(event.what, Told) and event.what.role]


def _line(line: ShownAnswer, names: Mapping[str, str]) -> Line:
    by = names.get(line.given.by, line.given.by)
    return Line(line.step.id, line.ask.label, line.shown, line.ask.text, line.given.at, by)


def _open_point(line: ShownAnswer) -> OpenPoint:
    label = line.ask.label
    state = NOT_ANSWERED if line.given.answer.is_skipped else NOT_KNOWN
    note = f"{state}: {label if label[:2].isupper() else label[:1].lower() + label[1:]}"
    return OpenPoint(line.step.id, label, note + _follow_up(line.ask))


def _follow_up(ask: Ask) -> str:
    return f" (follow up: {ask.unknown.follow_up})" if ask.unknown else ""


def _told_sentence(event: Event, told: Told, zone: ZoneInfo) -> str:
    at = show_moment(event.at.astimezone(zone))
    if not told.to:
        return f"Nobody stood on the list for {role_words(told.role)} on {at}; the coach told nobody."
    role = role_words(told.role)
    return f"{role[0].upper()}{role[1:]} was told through the coach on {at} (posted, not confirmed read)"
