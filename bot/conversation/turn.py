"""One turn: what a person said, and everything the coach may look at, into what it says and keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.conversation.command import (
    Asked,
    Command,
    names_danger,
    names_playbook,
    names_run,
    plain,
    read_command,
)
from bot.conversation.guide import Guide, Names, Tell, draft_files
from bot.conversation.nearest import SURE, Near, nearest
from bot.conversation.onboarding import welcome, who_sees
from bot.conversation.scene import OpenRun, RunCard, RunChange, Scene, Turn, Waited, Watched
from bot.conversation.session import Offer, Session
from bot.message import About, Address, Identity, Message, Press
from bot.person import Person
from bot.reply import Choice, Fact, Reply, Tone
from playbooks.act import (
    Act,
    Back,
    Cancel,
    Change,
    Confirm,
    Digress,
    Free,
    GiveTo,
    Hurry,
    Keep,
    Move,
    Pause,
    Picked,
    Put,
    Resume,
    See,
    Send,
    Skip,
    Typed,
)
from playbooks.answer import Trouble, Unclear, mask_of, pick, read_answer, show_moment
from playbooks.decision import Decision, Here, begin, decide
from playbooks.run import Answer, Event, RunState, fold
from playbooks.script import AnswerType, Ask, Option, Review, Script
from playbooks.utterance import Aside, GoneTo, Misread, MovedOn

HAND_OVER = "hand_over"  # what a run tells somebody it is offered to, where a step's name would stand

_NOWHERE, _NOBODY = Address("", ""), Identity("", "")
_OPENING_LENGTH = 1500
_SEPARATOR = "|"  # what a button's values are kept apart by
_TITLE_LENGTH = 60
_SURE_OF_A_PLAYBOOK = 0.99
_CONFIRMING = frozenset(
    {"yes", "y", "confirm", "ok", "okay", "right", "correct", "this is right", "looks right", "looks good"}
)
_AGREEING = frozenset(
    {
        "yes",
        "y",
        "yeah",
        "yep",
        "sure",
        "ok",
        "okay",
        "please",
        "yes please",
        "let's start",
        "yes let's start",
        "start",
    }
)
_DECLINING = frozenset({"no", "n", "nope", "not now", "no thanks", "no thank you", "later"})
_FREE_TEXT = frozenset(
    {AnswerType.TEXT, AnswerType.LONG_TEXT, AnswerType.IDENTIFIER, AnswerType.LIST, AnswerType.PERSON}
)
_EVEN_WHEN_OVER = frozenset({Command.BACK, Command.CHANGE, Command.REPEAT, Command.REST, Command.COPY})


def take_turn(scene: Scene, message: Message) -> Turn:
    """The turn that `message` makes.

    1. A button does what it says.
    2. Yes and no belong to the playbook just offered, where one was.
    3. Words that are a command are one, whatever is asked now, unless they can only be an answer.
    4. Words with a run open are an answer to its question.
    5. Anything else is met with the nearest things the coach can do.

    Whoever writes for the first time is told first who sees it.
    """
    turn = _Listener(scene, message).heard()
    if scene.session.is_welcomed:
        return turn
    return replace(
        turn,
        replies=(welcome(scene.person, scene.site, scene.wording), *turn.replies),
        session=replace(turn.session, is_welcomed=True),
    )


class _Listener:
    """Works one message out; lives for one call of `take_turn`."""

    def __init__(self, scene: Scene, message: Message) -> None:
        self.scene, self.message = scene, message
        self.session = scene.session
        self.wording = scene.wording
        self.put = _put(message.press.about if message.press else message.about, scene.run)

    def heard(self) -> Turn:
        message, run = self.message, self.scene.run
        if message.press and self.scene.watched:
            return self.pressed_for_another(message.press, self.scene.watched)
        if message.press and (about := message.press.about) and (run is None or run.ref != about.run):
            return self.say(self.opening("no_such_button"))
        if message.press:
            return self.pressed(message.press)
        if message.files:
            return self.sent(run)
        text = message.text.strip()
        if not text:
            return self.say(Reply(self.wording("empty")))
        if self.session.offer and (done := self.agreed(plain(text))):
            return done
        asked = read_command(text)
        if run and self.is_put_off(run, text):
            asked = Asked(Command.SKIP)
        if asked and not self.is_answer(asked):
            return self.commanded(asked)
        if done := self.named(text):
            return done
        if run and run.is_open:
            return self.answered(run, text)
        return (self.given(run, text) if run else None) or self.wondered(text)

    # What a message can be

    def pressed(self, press: Press) -> Turn:
        run = self.scene.run
        match press:
            case Press("start", (script_id,)):
                return self.begin_beside(script_id)
            case Press("agree"):
                return self.start_offered()
            case Press("dismiss"):
                return self.dismiss()
            case Press("answer", values) if run:
                return self.act(run, Picked(values, self.put))
            case Press("words", values) if run:
                return self.act(run, Typed(_SEPARATOR.join(values), self.put))
            case Press("change", (step,)) if run and run.script.ask(step):
                return self.act(run, Change(step))
            case Press("confirm", (answers_hash,)) if run:
                return self.act(run, Confirm(answers_hash))
            case Press("free", (step,)) if run:
                return self.act(run, Free(step, "self"))
            case Press("move") if run and run.newer:
                return self.move(run, run.newer)
            case Press(action) if action in set(Command):
                return self.commanded(Asked(Command(action)))
            case _:
                return self.say(self.opening("no_such_button"))

    def pressed_for_another(self, press: Press, watched: Watched) -> Turn:
        """What somebody does who was told about another person's run: read it, release its stop, or take it over."""
        match press.action:
            case "seen":
                return self.help_with(watched, See(watched.step), "thanks_for_reading")
            case "free" if watched.may_free:
                return self.help_with(watched, Free(watched.step, "role"), "thanks_for_freeing")
            case "free":
                return self.say(Reply(self.wording("may_not_free")))
            case "accept" if watched.step == HAND_OVER:
                return self.take_over(watched)
            case _:
                return self.say(self.opening("no_such_button"))

    def sent(self, run: OpenRun | None) -> Turn:
        if run is None or not run.is_open:
            return self.say(self.opening("file_without_question"))
        return self.act(run, Send(self.message.files, self.put))

    def is_put_off(self, run: OpenRun, text: str) -> bool:
        """Whether "later" is the button of a question that can wait, and not the wish to put all of it aside."""
        ask = _asked_now(run)
        can_wait = run.is_open and ask is not None and ask.can_wait
        return can_wait and plain(text) == plain(self.wording("label_later"))

    def is_answer(self, asked: Asked) -> bool:
        """Whether words that look like a command can only be an answer: "change the gasket", "same" with nothing to keep."""
        run = self.scene.run
        if run is None or not run.is_open:
            return False
        match asked:
            case Asked(Command.CHANGE, what) if what:
                return not _named(run.script, what) and _asks_for_text(run)
            case Asked(Command.HAND_OVER, what):
                return self.scene.colleague(what) is None and _asks_for_text(run)
            case Asked(Command.KEEP):
                said = self.decide(run, Keep()).said
                return any(isinstance(it, Misread) and it.unclear == Unclear(Trouble.EMPTY) for it in said)
            case _:
                return False

    def commanded(self, asked: Asked) -> Turn:
        """What a command does."""
        run = self.scene.run
        if run and run.is_open and (beside := self.aside(asked.command)):
            return self.beside(run, asked.command, beside)
        match asked.command:
            case Command.HELP:
                return self.say(self.opening("help"))
            case Command.THANKS | Command.WAIT:
                return self.say(Reply(self.wording(asked.command)))
            case Command.HELLO:
                return self.hello()
            case command if aside := self.aside(command):
                return self.say(aside)
            case command if run is None or (run.is_over and command not in _EVEN_WHEN_OVER):
                return self.say(self.opening("no_open_run"))
            case Command.CHANGE:
                return self.change(run, asked.what)
            case Command.COPY:
                return self.say(self.guide(run, run.events).copies())
            case Command.HAND_OVER:
                return self.offer_to(run, asked.what)
            case Command.STOP:
                return self.say(self.stop_or_pause(run))
            case command:
                return self.act(run, _act(command, asked.what, self.put))

    def aside(self, command: Command) -> Reply | None:
        """What a command shows beside everything else, in a run or not; None for one that does something."""
        match command:
            case Command.HELP if self.scene.run and self.scene.run.is_open:
                return Reply(self.wording("help"))
            case Command.DRAFTS:
                return self.drafts()
            case Command.RUNS:
                return self.runs()
            case Command.WAITING:
                return self.waiting()
            case Command.WHO_SEES:
                return who_sees(self.wording)
            case Command.HUMAN:
                return self.humans()
            case _:
                return None

    def named(self, text: str) -> Turn | None:
        """ "Continue the cold room" and "start a deviation", where that names something; None where it does not."""
        cards = [card for card in self.lively() if not self.is_in_focus(card)]
        if what := names_run(text):
            picked = pick(what, [Option(card.ref, card.title) for card in cards])
            if isinstance(picked, Option):
                card = next(card for card in cards if card.ref == picked.value)
                return self.say(
                    Reply(self.wording("found_run", title=card.title), choices=(self.take_up(card),))
                )
        run = self.scene.run
        if run and run.is_open and (what := names_playbook(text)):
            near = nearest(what, self.scene.shelf, most=1)
            if near and near[0].score >= _SURE_OF_A_PLAYBOOK and isinstance(near[0].does, Script):
                return self.begin_beside(near[0].does.id)
        return None

    def agreed(self, words: str) -> Turn | None:
        """Yes or no to what was offered; None when the words are neither."""
        if words in _AGREEING:
            return self.start_offered()
        return self.dismiss() if words in _DECLINING else None

    def answered(self, run: OpenRun, text: str) -> Turn:
        ledger = fold(run.events)
        step = run.script.by_id.get(ledger.correcting or ledger.asking)
        if step and isinstance(step.does, Review) and plain(text) in _CONFIRMING and not ledger.changed:
            return self.act(run, Confirm())
        return self.act(run, Typed(text, self.put))

    def given(self, run: OpenRun, text: str) -> Turn | None:
        """Words with the very shape of what a run still waits for, such as a record number; None for any others."""
        place = self.scene.site.place
        for step_id in self.guide(run, run.events).position.waiting if run.newer is None else ():
            ask = run.script.ask(step_id)
            if (
                ask
                and mask_of(ask, place)
                and isinstance(read_answer(ask, text, self.scene.now, place), Answer)
            ):
                asked = self.decide(run, Change(step_id)).happened
                answered = decide(run.script, (*run.events, *asked), Typed(text), self.here())
                return self.moved(run, replace(answered, happened=(*asked, *answered.happened)))
        return None

    def wondered(self, text: str) -> Turn:
        """Words without a run: a playbook offered where they clearly ask for one, else the nearest things."""
        if names_danger(text):
            return self.say(self.danger())
        resume = [Command.RESUME] if self.lively() else []
        near = nearest(text, [*resume, *self.scene.shelf, Command.HELP, Command.DRAFTS])
        best = near[0]
        if isinstance(best.does, Script) and best.score >= SURE:
            return self.offer(best.does, text)
        can_begin = self.scene.shelf or self.lively()
        text = self.wording("not_sure") if can_begin else self.what_to_do()
        reply = Reply(text, choices=tuple(self.choice(item) for item in near))
        misunderstood = self.session.misunderstood + 1
        return Turn((reply,), replace(self.session, offer=None, misunderstood=misunderstood))

    def danger(self) -> Reply:
        """Somebody may be hurt: first whom to call, and only then what the coach can do."""
        phone = self.scene.site.values.get("emergency_phone") or self.wording("no_emergency_phone")
        return Reply(self.wording("danger", phone=phone), Tone.STOP, choices=self.beginnings())

    # What it leads to

    def act(self, run: OpenRun, act: Act) -> Turn:
        if run.newer and not isinstance(act, Pause | Cancel):
            return self.say(self.withdrawn(run, run.newer))
        return self.moved(run, self.decide(run, act))

    def decide(self, run: OpenRun, act: Act) -> Decision:
        decision = decide(run.script, run.events, act, self.here())
        if isinstance(act, Typed):
            return decision
        # Only typed words can be lost; the values of a button mean nothing to the person.
        said = tuple(MovedOn("") if isinstance(it, MovedOn) else it for it in decision.said)
        return replace(decision, said=said)

    def here(self) -> Here:
        return Here(self.scene.now, self.scene.person.id, self.scene.site.place, self.scene.reach)

    def beside(self, run: OpenRun, command: Command, reply: Reply) -> Turn:
        """`reply`, and once more the question it came between."""
        decision = self.decide(run, Digress(command.value))
        said = tuple(it for it in decision.said if not isinstance(it, Aside))
        turn = self.moved(run, replace(decision, said=said))
        return replace(turn, replies=(reply, *turn.replies))

    def begin_beside(self, script_id: str) -> Turn:
        """Begin a playbook at once; with another run open, ask first, because it would be put aside."""
        run = self.scene.run
        script = self.on_shelf(script_id)
        if run is None or not run.is_open or script is None:
            return self.start(script_id, "")
        reply = Reply(
            self.wording("in_the_middle", title=run.title, other=script.title),
            choices=(
                Choice(self.wording("label_put_aside_and_start"), Press("agree"), is_main=True),
                Choice(self.wording("label_go_on_here"), Press("dismiss")),
            ),
        )
        return Turn((reply,), replace(self.session, offer=Offer(script.id)))

    def on_shelf(self, script_id: str) -> Script | None:
        return next((script for script in self.scene.shelf if script.id == script_id), None)

    def start(self, script_id: str, opening: str) -> Turn:
        """Begin a run; one that is open is put aside first."""
        script = self.on_shelf(script_id)
        if script is None:
            return self.say(self.opening("cannot_start"))
        given = self.scene.site.frozen_for(self.scene.person.role)
        decision = begin(script, given, opening, self.here())
        run = OpenRun(self.scene.new_ref(), _title(script, opening), script, ())
        begun = self.moved(run, decision, begun=script)
        replies = begun.replies
        if note := self.scene.status_note(script):
            replies = (Reply(note, Tone.NOTICE), *replies)
        return replace(begun, replies=replies, changes=(*self.put_aside(), *begun.changes))

    def put_aside(self) -> tuple[RunChange, ...]:
        """The run in focus, paused, where it is open."""
        run = self.scene.run
        if run is None or not run.is_open:
            return ()
        happened = self.decide(run, Pause()).happened
        return (RunChange(run.ref, happened, "paused"),)

    def moved(self, run: OpenRun, decision: Decision, begun: Script | None = None) -> Turn:
        """What a decision says and keeps. A run that goes on in another playbook is followed there."""
        guide = self.guide(run, (*run.events, *decision.happened))
        state = _state(guide)
        changes: tuple[RunChange, ...] = ()
        if decision.happened:
            changes = (RunChange(run.ref, decision.happened, state, begun, run.title),)
        is_misread = any(isinstance(said, Misread) for said in decision.said)
        session = Session(
            focus="" if state == "cancelled" else run.ref,
            misunderstood=self.session.misunderstood + 1 if is_misread else 0,
            is_welcomed=self.session.is_welcomed,
        )
        turn = Turn(guide.replies(decision.said), session, changes, guide.tells(decision.said))
        gone = next((said for said in decision.said if isinstance(said, GoneTo)), None)
        if gone:
            return self.followed(turn, run, gone)
        if state in {"finished", "cancelled"} and self.scene.others and decision.happened:
            return replace(turn, replies=(*turn.replies, self.others_wait()))
        return turn

    def followed(self, turn: Turn, run: OpenRun, gone: GoneTo) -> Turn:
        """The turn that ended `run`, and the beginning of the playbook it goes on in."""
        script = self.on_shelf(gone.go_to.script)
        if script is None:
            return replace(turn, replies=(*turn.replies, self.opening("cannot_go_there")))
        given = fold(run.events or turn.changes[0].events).started.given
        decision = begin(script, given, "", self.here(), dict(gone.carried))
        goes_on = OpenRun(self.scene.new_ref(), script.title, script, ())
        begun = self.moved(goes_on, decision, begun=script)
        lead = Reply(self.wording("goes_on_in", title=script.title), Tone.NOTICE)
        return Turn(
            (*turn.replies, lead, *begun.replies),
            begun.session,
            (*turn.changes, *begun.changes),
            (*turn.tells, *begun.tells),
        )

    def move(self, run: OpenRun, newer: Script) -> Turn:
        """Go on with another version, as agreed."""
        decision = self.decide(run, Move(newer))
        turn = self.moved(replace(run, script=newer, newer=None), decision)
        return replace(turn, changes=tuple(replace(change, moved_to=newer) for change in turn.changes))

    def withdrawn(self, run: OpenRun, newer: Script) -> Reply:
        """Why a run cannot go on as it is, what carries over, what is new; the person agrees or asks."""
        guide = self.guide(run, run.events)
        asked_before = {step.id for step in run.script.steps}
        new = [s.does.label for s in newer.steps if isinstance(s.does, Ask) and s.id not in asked_before]
        kept = [given.step for given in guide.position.live if newer.ask(given.step)]
        left = [given.step for given in guide.position.live if not newer.ask(given.step)]
        text = [
            self.wording(
                "withdrawn",
                title=run.title,
                old=run.script.version,
                new=newer.version,
                changed=newer.control.what_changed,
            ),
            self.wording("withdrawn_kept", count=len(kept)),
        ]
        if left:
            labels = ", ".join(ask.label for step in left if (ask := run.script.ask(step)))
            text.append(self.wording("withdrawn_left", labels=labels))
        if new:
            text.append(self.wording("withdrawn_new", labels=", ".join(new)))
        return Reply(
            "\n\n".join(text),
            Tone.STOP,
            choices=(
                Choice(
                    self.wording("label_move", version=newer.version),
                    Press("move", (), About(run.ref, "", 0)),
                    is_main=True,
                ),
                self.in_run(run, "label_ask_qa", "pause"),
            ),
        )

    # Other people

    def help_with(self, watched: Watched, act: Act, thanks: str) -> Turn:
        """Act on another person's run: they hear what came of it, and this person is thanked."""
        decision = self.decide(watched.run, act)
        guide = self.guide(watched.run, (*watched.run.events, *decision.happened), watched.owner)
        name = watched.owner.name
        if not decision.happened:
            return self.say(Reply(self.wording("nothing_to_do_there", name=name)))
        change = RunChange(watched.run.ref, decision.happened, _state(guide))
        told = tuple(
            Tell((watched.owner.id,), reply, watched.run.ref, watched.step, is_own=True)
            for reply in guide.replies(decision.said)
        )
        thanked = Reply(self.wording(thanks, name=name, title=watched.run.title), Tone.DONE)
        return Turn((thanked,), self.session, (change,), (*told, *guide.tells(decision.said)))

    def offer_to(self, run: OpenRun, what: str) -> Turn:
        """Offer the run to a colleague: it stays this person's until the colleague accepts."""
        colleague = self.scene.colleague(what)
        if colleague is None or colleague.id == self.scene.person.id:
            return self.say(Reply(self.wording("no_such_colleague", name=what)))
        guide = self.guide(run, run.events)
        about = About(run.ref, HAND_OVER, 0)
        reply = Reply(
            self.wording("run_offered", name=self.scene.person.name, title=run.title, ref=run.ref),
            Tone.NOTICE,
            choices=(Choice(self.wording("label_accept"), Press("accept", (), about), is_main=True),),
            facts=tuple(Fact(fact.label, fact.value, fact.group) for fact in guide.facts()),
        )
        told = Tell((colleague.id,), reply, run.ref, HAND_OVER, HAND_OVER)
        said = Reply(self.wording("run_is_offered", name=colleague.name, title=run.title))
        return Turn((said,), self.session, (RunChange(run.ref, (), run.state),), (told,))

    def take_over(self, watched: Watched) -> Turn:
        """The run is this person's from now on, at the question where it stands."""
        if watched.run.is_over:
            name = watched.owner.name
            return self.say(Reply(self.wording("nothing_to_do_there", name=name)))
        given = self.decide(watched.run, GiveTo(self.scene.person.id))
        run = replace(watched.run, events=(*watched.run.events, *given.happened))
        resumed = decide(run.script, run.events, Resume(), self.here())
        turn = self.moved(run, resumed)
        change = RunChange(
            run.ref,
            (*given.happened, *resumed.happened),
            turn.changes[0].state if turn.changes else run.state,
            given_to=self.scene.person.id,
        )
        told = Reply(self.wording("run_taken", name=self.scene.person.name, title=run.title), Tone.DONE)
        tells = (*turn.tells, Tell((watched.owner.id,), told, run.ref, HAND_OVER))
        return replace(turn, changes=(change, *self.put_aside()), tells=tells)

    # What can be shown

    def offer(self, script: Script, text: str) -> Turn:
        opening = text if len(text) <= _OPENING_LENGTH else ""
        reply = Reply(
            self.wording("offer", title=script.title),
            choices=(
                Choice(self.wording("label_yes_start"), Press("agree"), is_main=True),
                Choice(self.wording("label_not_now"), Press("dismiss")),
            ),
        )
        return Turn((reply,), replace(self.session, offer=Offer(script.id, opening), misunderstood=0))

    def start_offered(self) -> Turn:
        offer = self.session.offer
        return self.start(offer.script, offer.opening) if offer else self.hello()

    def dismiss(self) -> Turn:
        session = replace(self.session, offer=None)
        run = self.scene.run
        if run and run.is_open:
            return replace(self.act(run, Digress("repeat")), session=replace(session, focus=run.ref))
        return Turn((Reply(self.wording("offer_dismissed")),), session)

    def hello(self) -> Turn:
        run, name = self.scene.run, self.scene.person.name
        if run is None or run.is_over:
            return self.say(self.opening("hello", name=name))
        return self.say(self.opening("hello_again", name=name, title=run.title))

    def stop_or_pause(self, run: OpenRun) -> Reply:
        """Which kind of stopping; the word itself may also have been the answer to a question that takes any text."""
        return Reply(
            self.wording("stop_or_pause", title=run.title),
            choices=(
                self.in_run(run, "label_pause", "pause", is_main=True),
                self.in_run(run, "label_cancel", "cancel"),
                *self.as_answer(run),
                self.in_run(run, "label_resume", "resume"),
            ),
        )

    def as_answer(self, run: OpenRun) -> tuple[Choice, ...]:
        text = self.message.text.strip()
        if not run.is_open or not _asks_for_text(run):
            return ()
        ledger = fold(run.events)
        press = Press("words", (text,), About(run.ref, ledger.asking, ledger.turn))
        return (Choice(self.wording("label_my_answer", words=text), press),)

    def change(self, run: OpenRun, what: str) -> Turn:
        """Change the question that was named, or ask which."""
        if not what:
            return self.which(run, "which_to_change")
        step = _named(run.script, what)
        return self.act(run, Change(step)) if step else self.which(run, "no_such_step")

    def which(self, run: OpenRun, key: str) -> Turn:
        facts = self.guide(run, run.events).facts()
        return self.say(Reply(self.wording(key if facts else "nothing_to_change"), facts=facts))

    def drafts(self) -> Reply:
        drafts = self.scene.drafts()
        if not drafts:
            return Reply(self.wording("no_drafts"))
        files = tuple(
            file for draft in drafts for file in draft_files(draft.run, draft.number, draft.formats)
        )
        return Reply(self.wording("drafts"), files=files)

    def runs(self) -> Reply:
        cards = self.lively()
        if not cards:
            return Reply(self.wording("no_runs"))
        return Reply(self.wording("runs", count=len(cards)), choices=tuple(map(self.take_up, cards)))

    def waiting(self) -> Reply:
        """What waits for this person: each with what they can do about it."""
        waits = self.scene.waits()
        if not waits:
            return Reply(self.wording("nothing_waits"))
        lines = [self.wording("waits", count=len(waits)), *map(self.waited_line, waits)]
        choices = tuple(choice for waited in waits for choice in self.waited_choices(waited))
        return Reply("\n".join(lines), choices=choices)

    def waited_line(self, waited: Waited) -> str:
        at = show_moment(waited.posted_at.astimezone(self.scene.site.place.zone))
        key = "waits_seen" if waited.is_seen else "waits_new"
        return "- " + self.wording(key, name=waited.of, title=waited.title, ref=waited.run, at=at)

    def waited_choices(self, waited: Waited) -> Iterable[Choice]:
        about = About(waited.run, waited.step, 0)
        if waited.step == HAND_OVER:
            yield Choice(self.wording("label_accept_of", name=waited.of), Press("accept", (), about))
            return
        if not waited.is_seen:
            yield Choice(self.wording("label_seen_of", name=waited.of), Press("seen", (waited.step,), about))
        if waited.may_free:
            yield Choice(self.wording("label_free_of", name=waited.of), Press("free", (waited.step,), about))

    def humans(self) -> Reply:
        """Whom to phone: every role of the site that has a number."""
        rosters = self.scene.site.rosters.items()
        facts = tuple(Fact(self.wording.role(role), roster.phone) for role, roster in rosters if roster.phone)
        return Reply(self.wording("humans" if facts else "no_humans"), facts=facts)

    def others_wait(self) -> Reply:
        """What else the person has open, once something has ended."""
        cards = self.scene.others
        return Reply(self.wording("others_wait"), choices=tuple(map(self.take_up, cards)))

    def opening(self, key: str, **words: object) -> Reply:
        """The sentence for `key`, and everything that can be begun; where that is nothing, it says so."""
        return Reply(f"{self.wording(key, **words)}\n\n{self.what_to_do()}", choices=self.beginnings())

    def what_to_do(self) -> str:
        if self.scene.shelf or self.lively():
            return self.wording("what_to_do")
        return self.wording("no_playbooks", site=self.scene.site.name)

    # Parts

    def guide(self, run: OpenRun, events: Sequence[Event], owner: Person | None = None) -> Guide:
        return Guide.of(
            events,
            run.script,
            ref=run.ref,
            title=run.title,
            wording=self.wording,
            sources=self.scene.sources,
            site=self.scene.site,
            names=Names(self.scene.person, owner or self.scene.person, self.scene.names),
            now=self.scene.now,
        )

    def say(self, *replies: Reply) -> Turn:
        return Turn(replies, replace(self.session, misunderstood=0))

    def beginnings(self) -> tuple[Choice, ...]:
        """What can always be begun: the runs to take up again, every playbook of the shelf, the drafts."""
        starts = tuple(Choice(script.title, Press("start", (script.id,))) for script in self.scene.shelf)
        drafts = Choice(self.wording("label_drafts"), Press(Command.DRAFTS), is_aside=True)
        waiting = Choice(self.wording("label_waiting"), Press(Command.WAITING), is_aside=True)
        return (*(self.take_up(card) for card in self.lively()), *starts, drafts, waiting)

    def lively(self) -> tuple[RunCard, ...]:
        """Every run the person can take up again, the one in focus first."""
        run = self.scene.run
        in_focus = [RunCard(run.ref, run.title, run.state)] if run and not run.is_over else []
        return (*in_focus, *self.scene.others)

    def is_in_focus(self, card: RunCard) -> bool:
        return self.scene.run is not None and self.scene.run.is_open and card.ref == self.scene.run.ref

    def take_up(self, card: RunCard) -> Choice:
        return Choice(
            self.wording("label_take_up", title=card.title), Press("resume", (), About(card.ref, "", 0))
        )

    def choice(self, near: Near) -> Choice:
        match near.does:
            case Script() as script:
                return Choice(script.title, Press("start", (script.id,)))
            case Command.RESUME:
                return self.take_up(self.lively()[0])
            case command:
                return Choice(self.wording(f"label_{command}"), Press(command))

    def in_run(self, run: OpenRun, label: str, action: str, *, is_main: bool = False) -> Choice:
        return Choice(self.wording(label), Press(action, (), About(run.ref, "", 0)), is_main=is_main)


def rung(scene: Scene, run: OpenRun, act: Act) -> Turn:
    """The turn that begins because something is due in `run`: a clock, or what nobody has read.

    Its replies are for the person whose run it is; their session stays as it is.
    """
    listener = _Listener(scene, Message("", _NOWHERE, _NOBODY))
    decision = decide(run.script, run.events, act, listener.here())
    guide = listener.guide(run, (*run.events, *decision.happened))
    owner = scene.person.id
    told = tuple(Tell((owner,), reply, run.ref, "clock") for reply in guide.replies(decision.said))
    changes = (RunChange(run.ref, decision.happened, run.state),) if decision.happened else ()
    return Turn((), scene.session, changes, (*told, *guide.tells(decision.said)))


def _put(about: About | None, run: OpenRun | None) -> Put | None:
    """The question that a message answers; one of a run that is not this person's any more is never the current one."""
    if about is None or not about.turn:
        return None
    return Put(about.step, about.turn) if run and about.run == run.ref else Put("", about.turn)


def _act(command: Command, what: str, put: Put | None) -> Act:
    """The act in a run that a command stands for."""
    match command:
        case Command.BACK:
            return Back(put)
        case Command.KEEP:
            return Keep(put)
        case Command.SKIP:
            return Skip(put)
        case Command.NOTE:
            return Skip(put, what)
        case Command.HURRY:
            return Hurry()
        case Command.REST:
            return Hurry(is_hurried=False)
        case Command.PAUSE:
            return Pause()
        case Command.RESUME:
            return Resume()
        case Command.CANCEL:
            return Cancel()
        case _:
            return Digress(command)


def _state(guide: Guide) -> RunState:
    ledger, position = guide.ledger, guide.position
    if ledger.is_cancelled:
        return "cancelled"
    if ledger.gone_to:
        return "finished"
    if ledger.is_paused:
        return "paused"
    if position.cursor or ledger.correcting or ledger.changed:
        return "open"
    return "waiting" if position.waiting or position.deferred else "finished"


def _title(script: Script, opening: str) -> str:
    """What a person knows the run by: the words it began with, else the playbook's title."""
    words = " ".join(opening.split())
    if not words:
        return script.title
    return words if len(words) <= _TITLE_LENGTH else words[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _named(script: Script, what: str) -> str:
    """The step whose short name or id `what` is, or clearly means; empty when there is none or more than one."""
    options = [Option(step.id, step.does.label) for step in script.steps if isinstance(step.does, Ask)]
    for name in (what, what.partition(" to ")[0]):  # "change where", or "change where to CR-03"
        picked = pick(name, options)
        if isinstance(picked, Option) and len(name) > 2:
            return picked.value
    return ""


def _asks_for_text(run: OpenRun) -> bool:
    """Whether any words at all would do as an answer to what is asked now."""
    ask = _asked_now(run)
    return ask is not None and ask.type in _FREE_TEXT


def _asked_now(run: OpenRun) -> Ask | None:
    ledger = fold(run.events)
    return run.script.ask(ledger.correcting or ledger.asking)
