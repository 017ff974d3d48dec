"""Which buttons of a transcript still work, and what was pressed on the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.channels.web.ports import Line, Standing
from bot.message import Press
from bot.reply import Tone

_NOTHING = Standing()


@dataclass(frozen=True, slots=True)
class Shown:
    """A line and its state on the page: whether its buttons work, and which one was taken.

    `standing` has a say in single buttons: what was read or settled is not pressed again.
    """

    line: Line
    is_open: bool = True
    taken: str = ""
    standing: Standing = _NOTHING

    def is_read(self, press: Press) -> bool:
        """Whether the person has read what this button says they have read."""
        return press.token() in self.standing.read

    def is_settled(self, press: Press) -> bool:
        """Whether what this button would do has been done, or is not needed any more."""
        return press.token() in self.standing.settled

    @property
    def is_all_settled(self) -> bool:
        """Whether nothing is left to do about what somebody was told."""
        choices = self.line.reply.choices if self.line.reply else ()
        return bool(choices) and all(self.is_settled(choice.press) for choice in choices)


def states(lines: Iterable[Line], standing: Standing = _NOTHING) -> list[Shown]:
    """Which lines still have working buttons, and what was pressed on the others.

    A reply with buttons closes what stood before the person's last words, and any question. It leaves what is said in
    the same breath: a list that was asked for in the middle of a question stands before the question, said once more.
    What somebody was told stays open until it is settled, whatever is talked of meanwhile; a nudge, until one of its
    buttons was taken.
    """
    shown: dict[int, Shown] = {}
    turn = 0
    for line in lines:
        if line.kind == "echo":
            turn = line.seq
            _take(shown, line.words)
        elif closes(line):
            for seq, each in shown.items():
                is_question = each.line.reply is not None and each.line.reply.tone is Tone.QUESTION
                if each.line.kind != "tell" and (seq < turn or is_question):
                    shown[seq] = replace(each, is_open=False)
        fresh = Shown(line, is_open=bool(line.reply and line.reply.has_controls), standing=standing)
        shown[line.seq] = replace(fresh, is_open=False) if fresh.is_all_settled else fresh
    return list(shown.values())


def _take(shown: dict[int, Shown], words: str) -> None:
    """What was pressed is marked, except on what somebody was told: there the standing knows better than words."""
    for seq, each in shown.items():
        if not each.is_open or each.line.reply is None or each.line.kind == "tell":
            continue
        if words in {choice.label for choice in each.line.reply.choices}:
            shown[seq] = replace(each, is_open=each.line.kind == "reply", taken=words)


def closes(line: Line) -> bool:
    """Whether what stood before this line is over."""
    return line.kind == "reply" and line.reply is not None and line.reply.closes
