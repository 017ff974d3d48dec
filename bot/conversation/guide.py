"""Finding the words and buttons for what the playbook engine has to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.conversation.wording import Wording
from bot.message import About, Press
from bot.person import Person
from bot.reply import Choice, Citation, Fact, Field, FieldKind, File, Progress, Reply, Tone
from bot.site import Site
from playbooks.answer import Trouble, Unclear, options_of
from playbooks.placeholder import fill
from playbooks.position import Position, resolve
from playbooks.run import Answer, Event, Ledger, fold
from playbooks.script import AnswerType, Ask, Document, Script, Step
from playbooks.shown import live_lines, show_answer
from playbooks.utterance import (
    Alert,
    Aside,
    DraftMade,
    Hint,
    Misread,
    MovedOn,
    Note,
    Notice,
    Question,
    Sheet,
    Spoken,
    Utterance,
)

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
}
_KEEP_SHOWN = 60
_FIELD_KINDS: Mapping[AnswerType, FieldKind] = {
    AnswerType.TEXT: "text",
    AnswerType.LONG_TEXT: "long_text",
    AnswerType.DATETIME: "datetime",
    AnswerType.IDENTIFIER: "identifier",
    AnswerType.LIST: "list",
    AnswerType.MULTI: "multi",
}


@dataclass(frozen=True, slots=True)
class Tell:
    """A reply for other people: those who stand behind a role now."""

    people: tuple[str, ...]
    reply: Reply
    step: str


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
    speaker: Person

    @classmethod
    def of(
        cls,
        events: Sequence[Event],
        script: Script,
        *,
        ref: str,
        title: str,
        wording: Wording,
        sources: Mapping[str, Citation],
        site: Site,
        speaker: Person,
    ) -> Guide:
        """The guide to the run that `events` are."""
        ledger = fold(events)
        return cls(ref, title, script, ledger, resolve(script, ledger), wording, sources, site, speaker)

    @property
    def zone(self) -> ZoneInfo:
        """Where times are shown: the site's own zone."""
        return ZoneInfo(self.site.zone)

    def replies(self, said: Iterable[Utterance]) -> tuple[Reply, ...]:
        """The replies for what was said. Short remarks go into one reply with the question they lead to."""
        replies: list[Reply] = []
        lead: list[str] = []
        choices: tuple[Choice, ...] = ()
        for utterance in said:
            match utterance:
                case Note() | Hint() | Misread() | MovedOn() | Aside():
                    lead.append(self._remark(utterance))
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
        return tuple(
            Tell(utterance.to, self._tell(utterance), utterance.step.id)
            for utterance in said
            if isinstance(utterance, Alert) and utterance.to
        )

    # Replies that stand alone

    def _reply(self, utterance: Question | Sheet | Spoken | Alert | DraftMade) -> Reply:
        match utterance:
            case Question():
                return self._question(utterance)
            case Sheet():
                return self._sheet(utterance)
            case Spoken(step, does):
                tone = Tone.DONE if does is self.script.steps[-1].does else Tone.NOTICE
                return Reply(self._fill(does.text), tone, citations=self._citations(step))
            case Alert(step, stop, to):
                text = (
                    self._fill(stop.say) if to else self.wording("told_nobody", phone=self._phone(stop.tell))
                )
                return Reply(text, Tone.STOP, citations=self._citations(step))
            case DraftMade(step, number):
                return Reply(
                    self.wording("draft_made", number=number),
                    Tone.DONE,
                    files=draft_files(self.ref, number, _formats(step)),
                )
            case _:
                assert_never(utterance)

    def _question(self, question: Question) -> Reply:
        """The question with its answers to press or its field, and the ways around it."""
        step, ask = question.step, question.step.does
        if not isinstance(ask, Ask):
            msg = f"{step.id} asks nothing"
            raise TypeError(msg)
        about = About(self.ref, step.id, question.turn)
        paragraphs = [self._fill(ask.text)]
        if question.is_correction:
            paragraphs.insert(0, self.wording("correcting", label=ask.label))
        if ask.type is AnswerType.MULTI:
            paragraphs.append(self.wording("pick_several"))
        if question.offered:
            paragraphs.append(self._offered(step, ask, question.offered))
        return Reply(
            "\n\n".join(paragraphs),
            Tone.QUESTION,
            choices=(*self._answers(ask, about, question.offered), *self._ways(step, ask, about)),
            field=self._field(ask, about, question.offered),
            progress=Progress(question.at, question.of, self.script.section_titles[step.section]),
            spoken=self._fill(ask.text),
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
            for line in live_lines(self.script, self.position, self.zone)
        )

    def _tell(self, alert: Alert) -> Reply:
        """What the role reads: who posts it, about which run, and the answers that the stop shares."""
        shared = [
            line
            for line in live_lines(self.script, self.position, self.zone)
            if line.step.id in alert.stop.share
        ]
        text = self.wording("told", name=self.speaker.name, ref=self.ref, title=self.script.title)
        return Reply(text, Tone.STOP, facts=tuple(Fact(line.ask.label, line.shown) for line in shared))

    # Remarks that lead to a question

    def _remark(self, utterance: Note | Hint | Misread | MovedOn | Aside) -> str:
        match utterance:
            case Note(Notice.WELCOME_BACK):
                return self._recap()
            case Note(Notice.CHANGED) if self.position.dormant:
                return self.wording("changed_set_aside", labels=self._labels(self.position.dormant))
            case Note(notice, step):
                return self.wording(notice, title=self.title, label=self._label(step.id) if step else "")
            case Hint(text):
                return self._fill(text)
            case Misread(_, unclear):
                return self._trouble(unclear)
            case MovedOn(words):
                return self.wording("moved_on_words", words=words) if words else self.wording("moved_on")
            case Aside(step, about):
                return self._aside_text(step, about)
            case _:
                assert_never(utterance)

    def _recap(self) -> str:
        """Where the run stands, in two lines."""
        answered = self.wording("welcome_back", title=self.title, answered=len(self.position.live))
        if not self.position.open_points:
            return answered
        return f"{answered}\n{self.wording('still_open', points=self._labels(self.position.open_points))}"

    def _remark_choices(self, utterance: Note | Hint | Misread | MovedOn | Aside) -> tuple[Choice, ...]:
        """A moment that can be read two ways is asked back as buttons; what was put aside can be taken up again."""
        match utterance:
            case Note(Notice.PAUSED):
                return (Choice(self.wording("label_resume"), Press("resume", (), About(self.ref, "", 0))),)
            case Misread(step, Unclear(Trouble.WHICH_DATE, could_be)):
                about = About(self.ref, step.id, self.ledger.turn)
                return tuple(
                    Choice(option.label, Press("answer", (option.value,), about)) for option in could_be
                )
            case _:
                return ()

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

    # Parts

    def _answers(self, ask: Ask, about: About, offered: Answer | None) -> list[Choice]:
        """What can be pressed as an answer, the offered one first."""
        choices = []
        if offered:
            label = self._keep_label(ask, offered)
            choices.append(Choice(label, Press("keep", (), about), is_main=True))
        if ask.type in {AnswerType.YES_NO, AnswerType.CHOICE}:
            choices += [
                Choice(option.label, Press("answer", (option.value,), about)) for option in options_of(ask)
            ]
        elif ask.unknown and ask.type is not AnswerType.MULTI:
            choices.append(Choice(ask.unknown.label, Press("answer", ("unknown",), about)))
        if not ask.is_required:
            choices.append(Choice(self.wording("label_skip"), Press("skip", (), about)))
        return choices

    def _keep_label(self, ask: Ask, offered: Answer) -> str:
        shown = show_answer(ask, offered, self.zone)
        if len(shown) > _KEEP_SHOWN:
            return self.wording("label_keep_it")
        return self.wording("label_keep", answer=shown)

    def _ways(self, step: Step, ask: Ask, about: About) -> list[Choice]:
        """Back and change are always there; why and example where the script has them."""
        ways = [self._aside("label_back", "back", about)]
        if self.position.live:
            ways.append(self._aside("label_change_an_answer", "change", about))
        if step.why or step.cite:
            ways.append(self._aside("label_why", "why", about))
        if ask.example:
            ways.append(self._aside("label_example", "example", about))
        ways.append(self._aside("label_pause", "pause", about))
        return ways

    def _aside(self, label: str, action: str, about: About) -> Choice:
        return Choice(self.wording(label), Press(action, (), about), is_aside=True)

    def _field(self, ask: Ask, about: About, offered: Answer | None) -> Field | None:
        """Where to type or tick, for questions that are not answered by one press."""
        kind = _FIELD_KINDS.get(ask.type)
        if kind is None:
            return None
        filled = offered.values if offered and ask.type is not AnswerType.DATETIME else ()
        hints = {AnswerType.DATETIME: "placeholder_datetime", AnswerType.LIST: "placeholder_list"}
        return Field(
            kind=kind,
            about=about,
            label=ask.label,
            options=tuple((option.value, option.label) for option in options_of(ask)),
            excludes=ask.none.value if ask.none else "",
            filled=filled,
            placeholder=self.wording(hints[ask.type]) if ask.type in hints else "",
            max_length=ask.max_length,
        )

    def _offered(self, step: Step, ask: Ask, offered: Answer) -> str:
        is_opening = step.id not in self.ledger.answers and step.id not in self.ledger.earlier
        return self.wording(
            "offered_opening" if is_opening else "offered", answer=show_answer(ask, offered, self.zone)
        )

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
        return fill(text, words | {"run.ref": self.ref})


def draft_files(ref: str, number: int, formats: Iterable[str]) -> tuple[File, ...]:
    """Draft `number` of a run in each of `formats`."""
    name = f"{ref}-draft-{number}"
    return tuple(File(f"{name}.{kind}", MEDIA_TYPES[kind], ref, number) for kind in formats)


def _formats(step: Step) -> tuple[str, ...]:
    return step.does.formats if isinstance(step.does, Document) else ()
