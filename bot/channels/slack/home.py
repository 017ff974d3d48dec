"""A person's own page in Slack, and how they begin: what is open, what is made, what can be started.

https://docs.slack.dev/surfaces/app-home
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from bot.channels.slack import blocks
from bot.channels.slack.blocks import Block
from bot.chat import Overview, RunInHand, RunLent
from bot.message import About, Press
from bot.reply import File

_STATES = {"open": "Open", "paused": "Put aside", "waiting": "Waiting for something"}
_FORMATS = {"docx": "Word", "md": "Markdown"}
_MOST_RUNS, _MOST_DRAFTS = 12, 10
_LANGUAGES = {"en": "English"}


def home(overview: Overview | None, words: str = "") -> dict[str, Any]:
    """The Home tab: what waits and what is open first, settings and help last. A stranger reads `words`."""
    if overview is None:
        return {"type": "home", "blocks": blocks.sections(words) or blocks.sections(blocks.NOTHING)}
    press = _Presses()
    shown = [
        *blocks.heading(f"{overview.person.name}, your work with the coach"),
        *_waiting(overview, press),
        *_runs(overview, press),
        *_start(overview, press),
        *_drafts(overview, press),
        blocks.divider(),
        *_settings(overview),
        *blocks.context(f"Who sees this? {overview.who_sees}"),
        blocks.row([press.button("What can you do?", Press("help"))]),
    ]
    return {"type": "home", "blocks": shown}


def start(shelf: Sequence[tuple[str, str]], private: str) -> dict[str, Any]:
    """The window of the shortcut "Start a playbook": pick one. Without any, it says so."""
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": blocks.START,
        "title": blocks.plain("Start a playbook"),
        "close": blocks.plain("Cancel"),
        "private_metadata": private,
    }
    if not shelf:
        nothing = "No playbook is in force at your site today. If something is wrong now, please tell your supervisor and QA."
        return view | {"blocks": blocks.sections(nothing)}
    shown, lines = blocks.labelled([title for _, title in shelf])
    offered = blocks.options(zip(shown, (blocks.value(name) for name, _ in shelf), strict=True))
    inputs = [
        {
            "type": "input",
            "block_id": blocks.START,
            "label": blocks.plain("What happened?"),
            "element": {"action_id": blocks.START, **_picker(offered)},
        }
    ]
    goes_on = blocks.context("I ask one short question at a time, in your messages with me.")
    return view | {
        "submit": blocks.plain("Start"),
        "blocks": [*blocks.sections("\n".join(lines)), *inputs, *goes_on],
    }


def notice(title: str, words: str) -> dict[str, Any]:
    """A window that says one thing, in place of another that cannot be shown."""
    return {
        "type": "modal",
        "title": blocks.plain(blocks.short(title, blocks.VIEW_TITLE)),
        "close": blocks.plain("Close"),
        "blocks": blocks.sections(words) or blocks.sections(blocks.NOTHING),
    }


def prompts(overview: Overview) -> list[dict[str, str]]:
    """What stands ready to be said when somebody opens the conversation, at most four.

    https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
    """
    ready = []
    if overview.runs:
        ready.append((f"Continue: {overview.runs[0].title}", "continue"))
    if overview.waiting:
        ready.append(("What waits for me?", "waiting for me"))
    ready += [(title, title) for _, title in overview.shelf]
    ready = [*ready[: blocks.PROMPTS - 1], ("What can you do?", "help")]
    return [{"title": blocks.short(title, blocks.LABEL), "message": said} for title, said in ready]


class _Presses:
    """Buttons, each under its own name."""

    def __init__(self) -> None:
        self._count = 0

    def button(self, label: str, press: Press, *, style: str = "", spoken: str = "") -> Block:
        self._count += 1
        name = f"{blocks.PRESS}.{self._count}"
        return blocks.button(label, name, blocks.carried(press), style=style, spoken=spoken)


def _waiting(overview: Overview, press: _Presses) -> list[Block]:
    if not overview.waiting:
        return []
    section, *_ = blocks.sections(f"Waiting for you: {overview.waiting}")
    return [
        section
        | {
            "accessory": press.button(
                "Show", Press("waiting"), style="primary", spoken="Show what waits for me"
            )
        }
    ]


def _runs(overview: Overview, press: _Presses) -> list[Block]:
    if not overview.runs and not overview.lent:
        return blocks.sections("You have nothing open.")
    shown: list[Block] = []
    for run in overview.runs[:_MOST_RUNS]:
        shown += [_run(run, press)]
    if len(overview.runs) > _MOST_RUNS:
        shown.append(blocks.row([press.button(f"Show all {len(overview.runs)}", Press("runs"))]))
    for lent in overview.lent[:_MOST_RUNS]:
        shown += _lent(lent, press)
    return [*blocks.heading("Open"), *shown]


def _run(run: RunInHand, press: _Presses) -> Block:
    state = f"{_STATES[run.state]} \N{MIDDLE DOT} {run.ref}"
    following = f"\nNext: {blocks.short(run.next, 500)}" if run.next else ""
    turn = f"\n{blocks.short(run.turn, 500)}" if run.turn else ""
    section, *_ = blocks.sections(f"{blocks.short(run.title, 500)}\n{state}{following}{turn}")
    return section | {"accessory": press.button("Continue", run.take_up, spoken=f"Continue: {run.title}")}


def _lent(lent: RunLent, press: _Presses) -> list[Block]:
    section, *_ = blocks.sections(
        f"{blocks.short(lent.title, 500)}\n{lent.ref}\n{blocks.short(lent.turn, 500)}"
    )
    look = press.button("Show", lent.look, spoken=f"Where it stands: {lent.title}")
    take_back = press.button("Take it back", lent.take_back, spoken=f"Take it back: {lent.title}")
    return [section, blocks.row([look, take_back])]


def _start(overview: Overview, press: _Presses) -> list[Block]:
    if not overview.shelf:
        return []
    starts = [(title, Press("start", (name,))) for name, title in overview.shelf]
    if len(starts) > blocks.BUTTONS:
        labelled = [(title, blocks.carried(asks)) for title, asks in starts]
        return [*blocks.heading("Start"), *blocks.lists(labelled, "Choose a playbook", "start")]
    return [*blocks.heading("Start"), *blocks.rows([press.button(title, asks) for title, asks in starts])]


def _drafts(overview: Overview, press: _Presses) -> list[Block]:
    if not overview.drafts:
        return []
    shown: list[Block] = blocks.heading("Drafts")
    grouped = [list(files) for _, files in groupby(overview.drafts, key=lambda file: (file.run, file.number))]
    for files in grouped[:_MOST_DRAFTS]:
        shown += blocks.context(files[0].name.rpartition(".")[0] or files[0].name)
        shown.append(blocks.row([_fetch(file, press) for file in files[: blocks.ROW_BUTTONS]]))
    if len(grouped) > _MOST_DRAFTS:
        shown.append(blocks.row([press.button(f"Show all {len(grouped)}", Press("drafts"))]))
    return shown


def _fetch(file: File, press: _Presses) -> Block:
    ending = file.name.rpartition(".")[2]
    label = _FORMATS.get(ending, ending)
    asked = Press("fetch", (file.name,), About(file.run, "", 0))
    return press.button(label, asked, spoken=f"{label}: {file.name}")


def _settings(overview: Overview) -> list[Block]:
    language = _LANGUAGES.get(overview.person.language, overview.person.language)
    return blocks.context(
        f"Site: {overview.site} \N{MIDDLE DOT} Time zone: {overview.person.zone} \N{MIDDLE DOT} Language: {language}."
        " Time zone and language come from your Slack profile."
    )


def _picker(offered: Sequence[Block]) -> Block:
    if len(offered) <= blocks.TICKS:
        return {"type": "radio_buttons", "options": list(offered)}
    picker: Block = {"type": "static_select", "placeholder": blocks.plain("Choose one")}
    if len(offered) <= blocks.OPTIONS:
        return picker | {"options": list(offered)}
    groups = [offered[at : at + blocks.OPTIONS] for at in range(0, len(offered), blocks.OPTIONS)]
    return picker | {
        "option_groups": [
            {"label": blocks.plain(f"{number}"), "options": list(group)}
            for number, group in enumerate(groups, 1)
        ]
    }
