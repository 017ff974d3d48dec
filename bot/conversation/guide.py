"""Finding the words and buttons for what the playbook engine has to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.conversation.coaching import coaching_text, keep_everything
from bot.conversation.wording import Wording
from bot.message import About, Press
from bot.person import Person
from bot.reply import Choice, Citation, Fact, Field, FieldKind, File, Picture, Progress, Reply, Tone
from bot.site import Site
from playbooks.answer import Trouble, Unclear, options_of, show_moment
from playbooks.draft import role_words
from playbooks.figure import drawn
from playbooks.placeholder import fill
from playbooks.position import Position, RunningClock
from playbooks.run import Answer, Ledger
from playbooks.script import AnswerType, Ask, Document, Figure, HandOver, Script, Step, Stop
from playbooks.shown import live_lines, show_answer
from playbooks.utterance import (
    Alert,
    Aside,
    ClockRang,
    ClockSet,
    DraftMade,
    Freed,
    GoneTo,
    Held,
    Hint,
    Misread,
    MovedOn,
    Note,
    Notice,
    Offered,
    Pictured,
    Question,
    ReadBy,
    ReasonAsked,
    Remark,
    Returned,
    Sheet,
    Spoken,
    Unaccepted,
    Unread,
    Utterance,
    WordsAsked,
)
from playbooks.value import value_words

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
}
REASONS = ("reason_mistyped", "reason_know_more", "reason_asked")
TRIES = 3  # messages in a row that we could not read, before we offer a person and a note
_KEEP_SHOWN = 34  # with "Keep: " before it, as much as a telephone shows of a button
_FIELD_KINDS: Mapping[AnswerType, FieldKind] = {
    AnswerType.TEXT: "text",
    AnswerType.LONG_TEXT: "long_text",
    AnswerType.NUMBER: "number",
    AnswerType.DATE: "date",
    AnswerType.TIME: "time",
    AnswerType.DATETIME: "datetime",
    AnswerType.PERSON: "person",
    AnswerType.IDENTIFIER: "identifier",
    AnswerType.LIST: "list",
    AnswerType.MULTI: "multi",
    AnswerType.ATTACHMENT: "attachment",
}
_PLACEHOLDERS = {
    AnswerType.DATE: "placeholder_date",
    AnswerType.TIME: "placeholder_time",
    AnswerType.DATETIME: "placeholder_datetime",
    AnswerType.LIST: "placeholder_list",
    AnswerType.PERSON: "placeholder_person",
}
_PRESSED = frozenset({AnswerType.YES_NO, AnswerType.CHOICE, AnswerType.CONFIRM})
Alone = (
    Question
    | WordsAsked
    | ReasonAsked
    | Sheet
    | Spoken
    | Pictured
    | Alert
    | Held
    | Unread
    | Offered
    | Unaccepted
    | Returned
    | ClockRang
    | DraftMade
)


@dataclass(frozen=True, slots=True)
class Tell:
    """A reply for other people: those who stand behind a role now, or the one who runs it. `run` and `step` say what of.

    `is_own`: it is their own conversation that goes on.
    """

    people: tuple[str, ...]
    reply: Reply
    run: str
    step: str
    role: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """Whom the conversation names: people by their id, the one who speaks, the one whose run it is."""

    speaker: Person
    owner: Person
    by_id: Mapping[str, str]

    def __call__(self, person_id: str) -> str:
        """The name to show for an id."""
        known = {self.speaker.id: self.speaker.name, self.owner.id: self.owner.name}
        return known.get(person_id) or self.by_id.get(person_id, person_id)


@dataclass(frozen=True, slots=True)
class Guide:
    """One run as it stands, ready to be put into words."""

    ref: str
    title: str
    script: Script
    ledger: Ledger
    position: Position
    wording: Wording
    sources: Mapping[str, Citation]
    site: Site
    names: Names
    now: datetime

    def replies(self, said: Iterable[Utterance]) -> tuple[Reply, ...]:
        """The replies for what was said. Short remarks go into one reply with the question they lead to."""
        replies: list[Reply] = []
        lead: list[str] = []
        choices: tuple[Choice, ...] = ()
        for utterance in said:
            match utterance:
                case GoneTo():
                    pass  # the other playbook has the word
                case Note() | Hint() | Misread() | MovedOn() | Aside() | Freed() | ReadBy() | ClockSet():
                    lead.append(self.remark(utterance))
                    choices += self._remark_choices(utterance)
                case _:
                    reply = self._reply(utterance)
                    text = "\n\n".join([*lead, reply.text])
                    replies.append(replace(reply, text=text, choices=(*choices, *reply.choices)))
                    lead, choices = [], ()
        if lead:
            replies.append(Reply("\n\n".join(lead), choices=choices))
        return tuple(replies)

    def tells(self, said: Iterable[Utterance]) -> tuple[Tell, ...]:
        """What goes to other people because of what was said."""
        tells = []
        for utterance in said:
            match utterance:
                case Alert(step, stop, to) | Held(step, stop, _, to) | Unread(step, stop, to) if to:
                    tells.append(Tell(to, self._tell(step, stop), self.ref, step.id, stop.tell))
                case Offered(step, hand_over, _, to) | Unaccepted(step, hand_over, to) if to:
                    tells.append(Tell(to, self._offer(step, hand_over), self.ref, step.id, hand_over.to))
                case Returned(step, to):
                    tells.append(Tell((to,), self._back(utterance), self.ref, step.id))
                case ClockRang(running, _, _, _, to) if to and running.clock.when_late:
                    others = tuple(person for person in to if person != self.names.owner.id)
                    tells.append(
                        Tell(others, Reply(self._late(running), Tone.NOTICE), self.ref, running.clock.id)
                    )
                case _:
                    pass
        return tuple(tell for tell in tells if tell.people)

    # Replies that stand alone

    def _reply(self, utterance: Alone) -> Reply:
        match utterance:
            case Question():
                return self._question(utterance)
            case WordsAsked():
                return self._words_asked(utterance)
            case ReasonAsked():
                return self._reason(utterance)
            case Sheet():
                return self._sheet(utterance)
            case Spoken(step, does):
                tone = Tone.DONE if does is self.script.steps[-1].does else Tone.NOTICE
                return Reply(self._fill(does.text), tone, citations=self._citations(step))
            case Pictured(step, figure, number):
                return self._pictured(step, figure, number)
            case Alert(step, stop, to):
                return Reply(self._posted(stop, to), Tone.STOP, citations=self._citations(step))
            case Held():
                return self._held(utterance)
            case Unread(step, stop, to):
                return self._unread(step, stop, to)
            case Offered():
                return self._offered_part(utterance)
            case Unaccepted(step, hand_over, to):
                return self._unaccepted(step, hand_over, to)
            case Returned(_, to, text):
                key = "part_given_back" if text else "part_lapsed"
                return Reply(self.wording(key, title=self.title, name=self.names(to)), Tone.DONE)
            case ClockRang():
                return Reply(self._rang(utterance), Tone.NOTICE)
            case DraftMade(step, number):
                return self._draft_made(step, number)
            case _:
                assert_never(utterance)

    def _pictured(self, step: Step, figure: Figure, number: int) -> Reply:
        """The picture with the words that lead to it; where there is too little to draw, what is missing."""
        shown = drawn(self.script, step, self.position, self.site.place.zone)
        say, cited = self._fill(figure.say), self._citations(step)
        if shown.content is None:
            return Reply(f"{say}\n\n{shown.text}", Tone.NOTICE, citations=cited)
        picture = Picture(shown.title, shown.text, shown.headings, shown.rows, self.ref, number)
        return Reply(say, citations=cited, picture=picture)

    def _question(self, question: Question) -> Reply:
        """The question with its answers to press or its field, and the ways around it."""
        step, ask = self.question_of(question.step)
        about = About(self.ref, step.id, question.turn)
        paragraphs = [self._fill(ask.text)]
        if question.is_correction:
            paragraphs.insert(0, self.wording("correcting", label=ask.label))
        if step.hint:
            paragraphs.append(self._fill(step.hint))
        if ask.type is AnswerType.MULTI:
            paragraphs.append(self.wording("pick_several"))
        if question.is_stale and question.offered:
            paragraphs.append(self.wording("stale"))
        if question.offered:
            paragraphs.append(self._offered(step, ask, question.offered, is_heard=question.is_heard))
        answers = self._answers(step, ask, about, question.offered, is_heard=question.is_heard)
        return Reply(
            "\n\n".join(paragraphs),
            Tone.QUESTION,
            choices=(*answers, *self._ways(question, ask, about)),
            field=self._field(ask, about, question.offered),
            progress=Progress(question.at, question.of, self.script.section_titles[step.section]),
            spoken=self._fill(ask.text),
        )

    def _words_asked(self, asked: WordsAsked) -> Reply:
        """Questions about words that are kept already; they can stay, be added to, or be put anew."""
        step, ask = self.question_of(asked.step)
        about = About(self.ref, step.id, asked.turn)
        text = coaching_text(self.wording, asked.answer.value, asked.findings)
        if asked.is_evidence:
            text = f"{keep_everything(self.wording, self.site)}\n\n{text}"
        ways = [
            self._aside("label_back", "back", about),
            self._aside("label_change_an_answer", "change", about),
            *([self._aside("label_why", "why", about)] if step.why or step.cite else []),
            *([self._aside("label_example", "example", about)] if ask.example else []),
            self._aside("label_pause", "pause", about),
        ]
        return Reply(
            text,
            Tone.STOP if asked.is_evidence else Tone.QUESTION,
            choices=(Choice(self.wording("label_keep_it"), Press("keep", (), about)), *ways),
            field=self._field(ask, about, asked.answer),
            progress=Progress(asked.at, asked.of, self.script.section_titles[step.section]),
        )

    def _reason(self, asked: ReasonAsked) -> Reply:
        """Why an answer was changed: three usual reasons to press, or words."""
        about = About(self.ref, "reason", asked.turn)
        reasons = [self.wording(key) for key in REASONS]
        return Reply(
            self.wording("ask_reason", label=self._label(asked.step.id)),
            Tone.QUESTION,
            choices=(
                *(Choice(reason, Press("words", (reason,), about)) for reason in reasons),
                self._aside("label_back", "back", about),
            ),
            field=Field("text", about, self.wording("label_reason"), max_length=300),
        )

    def _sheet(self, sheet: Sheet) -> Reply:
        """Every live answer with its Change button, and one button that confirms exactly these."""
        text = [self.wording("review")]
        if self.position.open_points:
            text.append(self.wording("still_open", points=self._labels(self.position.open_points)))
        about = About(self.ref, sheet.step.id, sheet.turn)
        return Reply(
            "\n\n".join(text),
            Tone.QUESTION,
            choices=(
                Choice(
                    self.wording("label_confirm"),
                    Press("confirm", (sheet.answers_hash,), about),
                    is_main=True,
                ),
                self._aside("label_back", "back", about),
                self._aside("label_pause", "pause", about),
            ),
            facts=self.facts(),
            progress=Progress(sheet.at, sheet.of, self.script.section_titles[sheet.step.section]),
        )

    def facts(self) -> tuple[Fact, ...]:
        """Every live answer, each with Change."""
        return tuple(
            Fact(
                line.ask.label,
                line.shown,
                self.script.section_titles[line.step.section],
                Choice(
                    self.wording("label_change"),
                    Press("change", (line.step.id,), About(self.ref, line.step.id, 0)),
                    hint=self.wording("label_change_what", label=line.ask.label),
                ),
            )
            for line in live_lines(self.script, self.position, self.site.place.zone)
        )

    def copies(self) -> Reply:
        """Every live answer to copy, in the order of the site's own form; what the form does not name comes last."""
        order = {step_id: place for place, step_id in enumerate(self.site.form_order)}
        lines = live_lines(self.script, self.position, self.site.place.zone)
        ordered = sorted(lines, key=lambda line: order.get(line.step.id, len(order)))
        facts = tuple(Fact(line.ask.label, line.shown, is_copy=True) for line in ordered)
        return Reply(self.wording("copies" if facts else "nothing_to_change"), Tone.NOTICE, facts=facts)

    def _held(self, held: Held) -> Reply:
        """The stop in its own words, and how it is released; who was told, and whether somebody has read it."""
        step, stop = held.step, held.stop
        about = About(self.ref, step.id, 0)
        choices = []
        if stop.release and stop.release.label:
            choices.append(Choice(stop.release.label, Press("free", (step.id,), about), is_main=True))
        choices.append(self._aside("label_change_an_answer", "change", about))
        text = self._held_text(step, stop, is_new=held.is_new)
        return Reply(text, Tone.STOP, choices=tuple(choices), citations=self._citations(step))

    def _held_text(self, step: Step, stop: Stop, *, is_new: bool) -> str:
        """The stop's own words as long as they are true: not that it is posted where nobody was found, nor unread when read."""
        tellings = [told for told in self.ledger.tellings if told.step == step.id]
        seen = next((told for told in tellings if told.seen_at), None)
        if seen and seen.seen_at:
            return self.wording("held_and_read", name=self.names(seen.seen_by), at=self._at(seen.seen_at))
        if stop.tell and not any(told.to for told in tellings):
            return self._posted(stop, ())
        own = self._fill(stop.say)
        return f"{own}\n\n{self.wording('still_unread')}" if tellings and not is_new else own

    def _unread(self, step: Step, stop: Stop, to: tuple[str, ...]) -> Reply:
        say = self._fill(stop.if_no_answer.say) if stop.if_no_answer else self.wording("unread")
        more = self.wording("told_next", role=role_words(stop.tell)) if to else ""
        return Reply("\n\n".join(filter(None, (say, more))), Tone.STOP, citations=self._citations(step))

    def _offered_part(self, offered: Offered) -> Reply:
        """The next part is for a colleague: who was told, and how the person goes on without one or beside one."""
        step, hand_over = offered.step, offered.hand_over
        about = About(self.ref, step.id, 0)
        choices = []
        if offered.is_own:
            mine = Choice(self.wording("label_part_is_mine"), Press("accept", (), about), is_main=True)
            choices.append(mine)
        if hand_over.together:
            choices.append(Choice(hand_over.together, Press("free", (step.id,), about)))
        if self.position.live:
            choices.append(self._aside("label_change_an_answer", "change", about))
        choices.append(self._aside("label_pause", "pause", about))
        text = self._offered_text(offered)
        return Reply(text, Tone.NOTICE, choices=tuple(choices), citations=self._citations(step))

    def _offered_text(self, offered: Offered) -> str:
        """The hand-over's own words as long as they are true: not that it is posted where nobody was found."""
        part = role_words(offered.hand_over.to)
        tellings = [told for told in self.ledger.tellings if told.step == offered.step.id]
        if offered.is_own:
            return self.wording("part_is_own", part=part)
        if not any(told.to for told in tellings):
            return self.wording("part_for_nobody", part=part, phone=self._phone(offered.hand_over.to))
        own = self._fill(offered.hand_over.say)
        return own if offered.is_new else f"{own}\n\n{self.wording('still_unaccepted')}"

    def _unaccepted(self, step: Step, hand_over: HandOver, to: tuple[str, ...]) -> Reply:
        fallback = hand_over.if_no_answer
        say = self._fill(fallback.say) if fallback else self.wording("still_unaccepted")
        more = self.wording("offered_next", role=role_words(hand_over.to)) if to else ""
        return Reply("\n\n".join(filter(None, (say, more))), Tone.NOTICE, citations=self._citations(step))

    def _draft_made(self, step: Step, number: int) -> Reply:
        text = [self.wording("draft_made", number=number)]
        if self.position.waiting:
            text.append(self.wording("still_to_come", points=self._labels(self.position.waiting)))
        about = About(self.ref, "", 0)
        choices = [
            *(
                Choice(self.wording("label_give", label=self._label(each)), Press("change", (each,), about))
                for each in self.position.waiting
            ),
            Choice(self.wording("label_copy"), Press("copy", (), about), is_aside=True),
        ]
        if self.position.deferred:
            text.append(self.wording("deferred", count=len(self.position.deferred)))
            choices.insert(0, Choice(self.wording("label_rest"), Press("rest", (), about), is_main=True))
        return Reply(
            "\n\n".join(text),
            Tone.DONE,
            choices=tuple(choices),
            files=draft_files(self.ref, number, _formats(step)),
        )

    def _tell(self, step: Step, stop: Stop) -> Reply:
        """What the role reads: who posts it, about which run, the answers that the stop shares, what can be done."""
        lines = live_lines(self.script, self.position, self.site.place.zone)
        shared = [line for line in lines if line.step.id in stop.share]
        about = About(self.ref, step.id, 0)
        choices = [Choice(self.wording("label_seen"), Press("seen", (step.id,), about), is_main=True)]
        if stop.release and stop.release.by_role:
            choices.append(Choice(self.wording("label_free"), Press("free", (step.id,), about)))
        text = self.wording(
            "told_held" if stop.level == "immediate" else "told",
            name=self.names(self.names.owner.id),
            ref=self.ref,
            title=self.title,
        )
        facts = tuple(Fact(line.ask.label, line.shown) for line in shared)
        return Reply(text, Tone.STOP, choices=tuple(choices), facts=facts)

    def _offer(self, step: Step, hand_over: HandOver) -> Reply:
        """What those behind the role read: whose run it is, the answers that the hand-over shares, and Accept."""
        lines = live_lines(self.script, self.position, self.site.place.zone)
        about = About(self.ref, step.id, 0)
        text = self.wording(
            "part_offered",
            name=self.names(self.names.owner.id),
            title=self.title,
            ref=self.ref,
            part=role_words(hand_over.to),
        )
        return Reply(
            text,
            Tone.NOTICE,
            choices=(Choice(self.wording("label_accept"), Press("accept", (), about), is_main=True),),
            facts=tuple(
                Fact(line.ask.label, line.shown) for line in lines if line.step.id in hand_over.share
            ),
        )

    def _back(self, returned: Returned) -> Reply:
        """What whoever handed it over reads when it is theirs again, with the button to go on."""
        key = "part_is_back" if returned.text else "part_is_back_unneeded"
        said = self.wording(
            key,
            name=self.names(self.names.speaker.id),
            title=self.title,
            ref=self.ref,
            say=self._fill(returned.text),
        )
        go_on = Choice(
            self.wording("label_resume"), Press("resume", (), About(self.ref, "", 0)), is_main=True
        )
        return Reply(said, Tone.NOTICE, choices=(go_on,))

    @staticmethod
    def question_of(step: Step) -> tuple[Step, Ask]:
        """The step with what it asks. Raises TypeError where it asks nothing."""
        if not isinstance(step.does, Ask):
            msg = f"{step.id} asks nothing"
            raise TypeError(msg)
        return step, step.does

    # Remarks that lead to a question

    def remark(self, utterance: Remark) -> str:
        """The words of a remark, which lead to a question."""
        match utterance:
            case Note(Notice.WELCOME_BACK):
                return self._recap()
            case Note(Notice.CHANGED) if self.position.dormant:
                return self.wording("changed_set_aside", labels=self._labels(self.position.dormant))
            case Note(Notice.MOVED_VERSION):
                return self.wording("moved_version", version=self.script.version)
            case Note(notice, step):
                return self.wording(notice, title=self.title, label=self._label(step.id) if step else "")
            case Hint(text):
                return self._fill(text)
            case Misread(_, unclear, times):
                stuck = f"\n\n{self._stuck()}" if times >= TRIES else ""
                return self._trouble(unclear) + stuck
            case MovedOn(words):
                return self.wording("moved_on_words", words=words) if words else self.wording("moved_on")
            case Aside(step, about):
                return self._aside_text(step, about)
            case Freed(_, by, at, is_by_role):
                key = "freed_by_role" if is_by_role else "freed"
                return self.wording(key, name=self.names(by), at=self._at(at))
            case ReadBy(_, by, at):
                return self.wording("read_by", name=self.names(by), at=self._at(at))
            case ClockSet(running, has_moved):
                key = "clock_moved" if has_moved else "clock_set"
                return self.wording(key, say=running.clock.say, due=self._at(running.due_at))
            case _:
                assert_never(utterance)

    def _recap(self) -> str:
        """Where the run stands: what is answered, what is open, and which clocks run."""
        lines = [self.wording("welcome_back", title=self.title, answered=len(self.position.live))]
        if self.position.open_points:
            lines.append(self.wording("still_open", points=self._labels(self.position.open_points)))
        lines += [
            self.wording(
                "clock_runs" if running.due_at > self.now else "clock_passed",
                say=running.clock.say,
                due=self._at(running.due_at),
            )
            for running in self.position.clocks
            if not running.is_stopped
        ]
        return "\n".join(lines)

    def _remark_choices(self, utterance: Remark) -> tuple[Choice, ...]:
        """A moment that can be read two ways is asked back as buttons; what was put aside can be taken up again."""
        match utterance:
            case Note(Notice.PAUSED):
                return (Choice(self.wording("label_resume"), Press("resume", (), About(self.ref, "", 0))),)
            case Misread(step, Unclear(Trouble.WHICH_DATE | Trouble.WHICH_NUMBER, could_be)):
                about = About(self.ref, step.id, self.ledger.turn)
                return tuple(
                    Choice(option.label, Press("answer", (option.value,), about)) for option in could_be
                )
            case _:
                return ()

    def _stuck(self) -> str:
        """After three messages that made no answer: whom to ask, and how to leave a note instead."""
        return self.wording("stuck", phone=self._phone("supervisor_on_shift"))

    def _trouble(self, unclear: Unclear) -> str:
        options = " / ".join(option.label for option in unclear.could_be)
        return self.wording(
            unclear.trouble, options=options, limit=unclear.limit, say=self._fill(unclear.say)
        )

    def _aside_text(self, step: Step, about: str) -> str:
        if about == "example":
            example = step.does.example if isinstance(step.does, Ask) else None
            if example is None:
                return self.wording("no_example")
            return self.wording("example", weak=example.weak, better=example.better)
        why = self._fill(step.why) or self.wording("no_why")
        clauses = [f"{cited.clause} ({cited.force})" for cited in self._citations(step)]
        return "\n".join([why, *clauses])

    # Telling and clocks

    def _posted(self, stop: Stop, to: tuple[str, ...]) -> str:
        """A stop's own words; where it should tell somebody and nobody was found, whom to phone."""
        if to or not stop.tell:
            return self._fill(stop.say)
        return self.wording("told_nobody", phone=self._phone(stop.tell))

    def _rang(self, rang: ClockRang) -> str:
        if rang.percent < 100:
            return self.wording(
                "clock_reminder",
                say=rang.running.clock.say,
                due=self._at(rang.running.due_at),
                title=self.title,
                number=rang.number,
                of=rang.of,
            )
        return self._late(rang.running)

    def _late(self, running: RunningClock) -> str:
        late = running.clock.when_late
        due = self._at(running.due_at)
        if late is None:
            return self.wording("clock_late", say=running.clock.say, due=due, title=self.title)
        return fill(self._fill(late.say), {"clock.due": due})

    def _at(self, moment: datetime) -> str:
        return show_moment(moment.astimezone(self.site.place.zone))

    # Parts

    def _answers(
        self, step: Step, ask: Ask, about: About, offered: Answer | None, *, is_heard: bool = False
    ) -> list[Choice]:
        """What can be pressed as an answer, the offered one first."""
        choices = []
        if offered:
            label = self.wording("label_heard") if is_heard else self._keep_label(ask, offered)
            choices.append(Choice(label, Press("keep", (), about), is_main=True))
        if is_heard:
            choices.append(Choice(self.wording("label_not_heard"), Press("words", ("no",), about)))
        if ask.type in _PRESSED:
            choices += [
                Choice(option.label, Press("answer", (option.value,), about)) for option in options_of(ask)
            ]
        elif ask.unknown and ask.type is not AnswerType.MULTI:
            has_waited = step.id in self.ledger.waited
            label = self.wording("label_go_on", label=ask.unknown.label) if has_waited else ask.unknown.label
            choices.append(Choice(label, Press("answer", ("unknown",), about)))
        if not ask.is_required and not step.releases:
            label = self.wording("label_later" if ask.can_wait else "label_skip")
            choices.append(Choice(label, Press("skip", (), about)))
        return choices

    def _keep_label(self, ask: Ask, offered: Answer) -> str:
        shown = show_answer(ask, offered, self.site.place.zone)
        if len(shown) > _KEEP_SHOWN:
            return self.wording("label_keep_it")
        return self.wording("label_keep", answer=shown)

    def _ways(self, question: Question, ask: Ask, about: About) -> list[Choice]:
        """Back and change are always there; why and example where the script has them."""
        step = question.step
        ways = [self._aside("label_back", "back", about)]
        if self.position.live:
            ways.append(self._aside("label_change_an_answer", "change", about))
        if step.why or step.cite:
            ways.append(self._aside("label_why", "why", about))
        if ask.example:
            ways.append(self._aside("label_example", "example", about))
        if question.may_hurry:
            ways.append(self._aside("label_hurry", "hurry", about))
        ways.append(self._aside("label_pause", "pause", about))
        return ways

    def _aside(self, label: str, action: str, about: About) -> Choice:
        return Choice(self.wording(label), Press(action, (), about), is_aside=True)

    def _field(self, ask: Ask, about: About, offered: Answer | None) -> Field | None:
        """Where to type or tick, for questions that are not answered by one press."""
        kind = _FIELD_KINDS.get(ask.type)
        if kind is None:
            return None
        is_filled = offered and ask.type not in {AnswerType.DATETIME, AnswerType.ATTACHMENT}
        placeholder = self.wording(_PLACEHOLDERS[ask.type]) if ask.type in _PLACEHOLDERS else ask.unit
        return Field(
            kind=kind,
            about=about,
            label=ask.label,
            options=tuple((option.value, option.label) for option in options_of(ask)),
            excludes=ask.none.value if ask.none else "",
            filled=offered.values if offered and is_filled else (),
            placeholder=placeholder,
            max_length=ask.max_length,
            allow=ask.allow,
            max_files=ask.max_files if ask.type is AnswerType.ATTACHMENT else 0,
        )

    def _offered(self, step: Step, ask: Ask, offered: Answer, *, is_heard: bool) -> str:
        is_opening = step.id not in self.ledger.answers and step.id not in self.ledger.earlier
        shown = show_answer(ask, offered, self.site.place.zone)
        if is_heard:
            return self.wording("offered_heard", answer=shown)
        return self.wording("offered_opening" if is_opening else "offered", answer=shown)

    def _citations(self, step: Step) -> tuple[Citation, ...]:
        """The step's sources. A run may be older than the list of sources: one that left it is no longer shown."""
        return tuple(self.sources[cited] for cited in step.cite if cited in self.sources)

    def _phone(self, role: str) -> str:
        roster = self.site.rosters.get(role)
        return roster.phone if roster and roster.phone else self.wording("no_phone")

    def _label(self, step_id: str) -> str:
        ask = self.script.ask(step_id)
        return ask.label if ask else step_id

    def _labels(self, step_ids: Iterable[str]) -> str:
        return ", ".join(map(self._label, step_ids))

    def _fill(self, text: str) -> str:
        words = {f"site.{name}": value for name, value in self.site.values.items()}
        words |= {f"fact.{name}.because": fact.say for name, fact in self.script.facts.items()}
        words |= value_words(self.script, self.position, self.site.place)
        return fill(text, words | {"run.ref": self.ref})


def draft_files(ref: str, number: int, formats: Iterable[str]) -> tuple[File, ...]:
    """Draft `number` of a run in each of `formats`."""
    name = f"{ref}-draft-{number}"
    return tuple(File(f"{name}.{kind}", MEDIA_TYPES[kind], ref, number) for kind in formats)


def _formats(step: Step) -> tuple[str, ...]:
    return step.does.formats if isinstance(step.does, Document) else ()
