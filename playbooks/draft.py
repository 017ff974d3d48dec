"""A draft: what a run has to show for itself, in words, ready to be laid out on paper or in a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from playbooks.answer import Upload, show_day, show_moment
from playbooks.calendar import SITE, DurationRefused, read_duration
from playbooks.coaching.in_run import asked_again
from playbooks.figure import Drawn, figures
from playbooks.place import Place
from playbooks.position import Position, RunningClock, resolve
from playbooks.run import (
    Drafted,
    Event,
    Ledger,
    MovedVersion,
    Part,
    Reasoned,
    Released,
    Started,
    Telling,
    fold,
    hash_of,
)
from playbooks.script import AnswerType, Document, HandOver, Script, Stop
from playbooks.shown import NOT_ANSWERED, NOT_ASKED, ShownAnswer, live_lines, not_known
from playbooks.value import known_values, value_lines

NOT_AS_MADE = "This is no longer what the draft said when it was made: words were erased, or the site's settings changed."
_IN_FULL = {"qa": "QA", "di": "data-integrity", "pv": "drug safety"}
CARRIED = "Carried from an earlier version, no longer asked"


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

    For example: "When it happened: Not known yet (follow up by 5 June 2026)".
    """

    step: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One numbered draft of one run.

    `made_at` is UTC; `zone` is where times are shown. `status_note` says what a reader must know of its state
    (the site has not approved the script), or is empty. `changes`, `told`, `released`, `clocks` and `attachments` are whole
    sentences, such as "QA was told through the coach on 2025-06-03 06:20 (posted, not confirmed read)".
    `fingerprint` is that of what it states. `values` are the numbers worked out from answers, each with its label, and
    `figures` the pictures, in the order they were shown.
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
    changes: tuple[str, ...]
    told: tuple[str, ...]
    released: tuple[str, ...]
    clocks: tuple[str, ...]
    attachments: tuple[str, ...]
    zone: str
    fingerprint: str
    values: tuple[tuple[str, str], ...] = ()
    figures: tuple[Drawn, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What a draft shows beside the run itself: its reference, the site, people's names, the state of the script."""

    run: str
    site: str
    names: Mapping[str, str]
    status_note: str

    def name(self, person_id: str) -> str:
        """The name to show for a person's id."""
        return self.names.get(person_id, person_id)


def fingerprint(script: Script, events: Sequence[Event], place: Place) -> str:
    """SHA-256, in hex, of everything a draft made after `events` states: answers, open points and who was told.

    How it is laid out, and when it is fetched, do not change it.
    """
    ledger = fold(events)
    position = resolve(script, ledger, place)
    lines = [
        [line.step.id, line.ask.label, line.ask.text, line.shown, line.given.at.isoformat(), line.given.by]
        for line in live_lines(script, position, UTC)
    ]
    told = [[told.at.isoformat(), told.role, list(told.to)] for told in ledger.tellings]
    released = [[step, event.at.isoformat(), event.by] for step, event in sorted(ledger.released.items())]
    clocks = [[running.clock.id, running.due_at.astimezone(UTC).isoformat()] for running in position.clocks]
    stated: dict[str, object] = {"lines": lines, "told": told, "released": released, "clocks": clocks}
    if values := known_values(script, position.answers, place):
        stated["values"] = values
    if ledger.parts:
        stated["parts"] = [
            [part.step, part.how, part.giver, part.person, part.at.isoformat(), str(part.back_at or "")]
            for part in ledger.parts.values()
        ]
    if ledger.taken_back:
        stated["taken_back"] = [
            [part.step, part.giver, part.person, part.at.isoformat(), str(part.back_at)]
            for part in ledger.taken_back
        ]
    if notes := _kept_words(script, position, ledger, place):
        stated["kept_words"] = [[note.step, note.note] for note in notes]
    if position.figures:
        stated["figures"] = [step.id for step in position.figures]
    return hash_of({**stated, "later": list(position.deferred)})


def made_with(events: Sequence[Event]) -> str:
    """The hash of the script that the last of `events` happened with."""
    hashes = [event.what.script_hash for event in events if isinstance(event.what, Started | MovedVersion)]
    return hashes[-1]


def draft_of(script: Script, events: Sequence[Event], made: Event, place: Place, around: Around) -> Draft:
    """The draft that `made` (a `Drafted` event) stands for, from all `events` of its run.

    `script` is the version that was in use then (`made_with`). Raises TypeError when `made` is something else.
    """
    what = made.what
    if not isinstance(what, Drafted):
        msg = f"a draft is made by 'drafted', not by {what.kind!r}"
        raise TypeError(msg)
    then = [event for event in events if event.seq <= what.upto]
    ledger = fold(then)
    position = resolve(script, ledger, place)
    does = script.by_id[what.step].does
    document = does if isinstance(does, Document) else Document("", (), "")
    shown = live_lines(script, position, place.zone)
    is_as_made = fingerprint(script, then, place) == what.fingerprint
    return Draft(
        title=script.title,
        run=around.run,
        number=what.number,
        made_at=made.at,
        made_by=around.name(made.by),
        site=around.site,
        watermark=document.watermark,
        script=script.id,
        version=_versions(script, then),
        script_hash=script.hash,
        status_note=around.status_note if is_as_made else f"{around.status_note} {NOT_AS_MADE}".strip(),
        groups=_groups(script, shown, then, around),
        open_points=(
            *_open_points(script, position, shown, place),
            *_kept_words(script, position, ledger, place),
        ),
        changes=tuple(_changes(script, then, place, around)),
        told=(
            *(_told(script, telling, place, around) for telling in ledger.tellings),
            *(_taken_back(script, part, ledger.tellings, place, around) for part in ledger.taken_back),
            *(_part(script, part, ledger.tellings, place, around) for part in ledger.parts.values()),
        ),
        released=tuple(
            _released(script, step, event, place, around) for step, event in ledger.released.items()
        ),
        clocks=tuple(_clock(running, place) for running in position.clocks),
        attachments=tuple(_attachments(script, position)),
        zone=place.zone.key,
        fingerprint=what.fingerprint,
        values=value_lines(script, position, place),
        figures=figures(script, position, place.zone),
    )


def role_words(role: str) -> str:
    """A site role as people read it: `qa_on_call` is "QA on call", `di_contact` the "data-integrity contact"."""
    first, *rest = role.split("_")
    return " ".join([_IN_FULL.get(first, first), *rest])


def _versions(script: Script, events: Sequence[Event]) -> str:
    """The version in use, and the one the run began with where that is another."""
    first = events[0].what
    begun = first.version if isinstance(first, Started) else script.version
    return script.version if begun == script.version else f"{script.version} (begun with {begun})"


def _groups(
    script: Script, shown: Sequence[ShownAnswer], events: Sequence[Event], around: Around
) -> tuple[Group, ...]:
    groups = [
        Group(script.section_titles[section], tuple(_line(line, around) for line in lines))
        for section, lines in groupby(shown, key=lambda line: line.step.section)
    ]
    for event in events:
        if isinstance(event.what, MovedVersion) and event.what.left:
            left = tuple(
                Line("", label, value, "", event.at, around.name(event.by))
                for label, value in zip(event.what.left[::2], event.what.left[1::2], strict=True)
            )
            groups.append(Group(CARRIED, left))
    return tuple(groups)


def _line(line: ShownAnswer, around: Around) -> Line:
    by = around.name(line.given.by)
    return Line(line.step.id, line.ask.label, line.shown, line.ask.text, line.given.at, by)


def _open_points(
    script: Script, position: Position, shown: Sequence[ShownAnswer], place: Place
) -> Sequence[OpenPoint]:
    points = [_open_point(line, place) for line in shown if line.step.id in position.open_points]
    later = ((step_id, script.ask(step_id)) for step_id in position.deferred)
    left = [OpenPoint(step_id, ask.label, f"{ask.label}: {NOT_ASKED}") for step_id, ask in later if ask]
    return [*points, *left]


def _kept_words(script: Script, position: Position, ledger: Ledger, place: Place) -> Sequence[OpenPoint]:
    """The questions about words that a person kept as they were, where the site wants a draft to name them."""
    if not place.coaching.notes_in_draft:
        return []
    return [
        OpenPoint(given.step, ask.label, f"{ask.label}, kept as written: {finding.question}")
        for given in position.live
        if (ask := script.ask(given.step))
        for finding in asked_again(given.answer.value, ledger.stood_by.get(given.step, ()), place.coaching)
    ]


def _open_point(line: ShownAnswer, place: Place) -> OpenPoint:
    ask, answer = line.ask, line.given.answer
    state = NOT_ANSWERED if answer.is_skipped else not_known(ask, answer)
    words = f"{ask.label}: {state}"
    if answer.is_unknown and ask.unknown:
        who = f", {role_words(ask.unknown.for_role)}" if ask.unknown.for_role else ""
        words += f" (follow up {_follow_up(ask.unknown.follow_up, line.given.at, place)}{who})"
    return OpenPoint(line.step.id, ask.label, words)


def _follow_up(text: str, since: datetime, place: Place) -> str:
    """Until when, as a day; in the script's own words where these are no duration."""
    try:
        due = place.calendar(SITE).after(since, read_duration(text))
    except DurationRefused:
        return text
    return f"by {show_day(due.astimezone(place.zone).date())}"


def _changes(script: Script, events: Sequence[Event], place: Place, around: Around) -> Iterator[str]:
    """Why answers were changed after a draft had been made of earlier ones."""
    steps = {event.seq: getattr(event.what, "step", "") for event in events}
    for event in events:
        if isinstance(event.what, Reasoned):
            ask = script.ask(steps.get(event.what.event, ""))
            at = show_moment(event.at.astimezone(place.zone))
            yield f"{ask.label if ask else 'An answer'} was changed: {event.what.reason} ({around.name(event.by)}, {at})"


def _told(script: Script, telling: Telling, place: Place, around: Around) -> str:
    at = show_moment(telling.at.astimezone(place.zone))
    role = role_words(telling.role)
    if not telling.to:
        return f"Nobody stood on the list for {role} on {at}; the coach told nobody."
    state = "posted, not confirmed read"
    if telling.seen_at:
        state = (
            f"read by {around.name(telling.seen_by)} on {show_moment(telling.seen_at.astimezone(place.zone))}"
        )
    step = script.by_id.get(telling.step)
    shared = step.does.share if step and isinstance(step.does, Stop | HandOver) else ()
    labels = [ask.label for name in shared if (ask := script.ask(name))]
    along = f". Sent along: {'; '.join(labels)}" if labels else ""
    people = [around.name(person) for person in telling.to]
    named = (
        "" if people == [role] else f" ({', '.join(people)})"
    )  # whoever stood there, where nobody is named
    who = f"{role[0].upper()}{role[1:]}{named}"
    if step and isinstance(step.does, HandOver):
        return f"{who} was asked through the coach on {at} to take the next part{along}"
    return f"{who} was told through the coach on {at} ({state}){along}"


def _part(script: Script, part: Part, tellings: Sequence[Telling], place: Place, around: Around) -> str:
    """Who did a part that belongs to a role: a colleague, the person behind it themself, or both together."""
    step = script.by_id.get(part.step)
    role = role_words(step.does.to) if step and isinstance(step.does, HandOver) else part.step
    at, name, giver = (
        show_moment(part.at.astimezone(place.zone)),
        around.name(part.person),
        around.name(part.giver),
    )
    if part.how == "self":
        return f"{name} did the part of the {role} with a colleague beside them, as {name} said on {at}"
    if part.person == part.giver:
        return f"{name}, who stood on the list for {role} on {at}, did that part"
    asked = {person for telling in tellings if telling.step == part.step for person in telling.to}
    named = "" if part.person in asked else f", named by {giver},"
    back = f" and gave it back on {show_moment(part.back_at.astimezone(place.zone))}" if part.back_at else ""
    return f"{name}{named} took the part of the {role} over from {giver} on {at}{back}"


def _taken_back(script: Script, part: Part, tellings: Sequence[Telling], place: Place, around: Around) -> str:
    """Who had a part in hand that was taken back before it was done: some of their answers may stand."""
    back = (
        f"; it was taken back unfinished on {show_moment(part.back_at.astimezone(place.zone))}"
        if part.back_at
        else ""
    )
    return _part(script, replace(part, back_at=None), tellings, place, around) + back


def _released(script: Script, step_id: str, event: Event, place: Place, around: Around) -> str:
    what = event.what
    at, name = show_moment(event.at.astimezone(place.zone)), around.name(event.by)
    step = script.by_id.get(step_id)
    words = _first_words(step.does.say) if step and isinstance(step.does, Stop) else step_id
    how = "who ran the playbook" if isinstance(what, Released) and what.how == "self" else "in their role"
    return f"The stop “{words}” was released by {name}, {how}, on {at}"


def _first_words(text: str) -> str:
    """What a stop says, up to its first pause: it may go on with what the site fills in."""
    return re.split(r"[.:;{]", text, maxsplit=1)[0].strip(" \n,")


def _clock(running: RunningClock, place: Place) -> str:
    due = show_moment(running.due_at.astimezone(place.zone))
    start = show_moment(running.started_at.astimezone(place.zone))
    state = "done" if running.is_stopped else "open"
    return f"{running.clock.say}: due {due}, {running.due_in} after {start} ({state})"


def _attachments(script: Script, position: Position) -> Sequence[str]:
    return [
        f"{Upload.name_of(value)} (SHA-256 {sha256})"
        if (sha256 := value.partition(" ")[0])
        else Upload.name_of(value)
        for given in position.live
        if (ask := script.ask(given.step)) and ask.type is AnswerType.ATTACHMENT
        for value in given.answer.values
    ]
