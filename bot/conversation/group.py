"""What the coach says in front of others: answers to questions, and nothing about anybody's own work. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import menu
from bot.conversation.asking import answered_in_group
from bot.conversation.command import Command, names_danger, read_command
from bot.conversation.nearest import SURE, nearest
from bot.conversation.onboarding import who_sees
from bot.conversation.refusing import refused
from bot.conversation.scene import Scene
from bot.reply import Reply
from playbooks.script import Script


def answer_in_group(scene: Scene, text: str) -> Reply:
    """One reply to what was asked in a group or channel. It has no buttons: what is done is done in private.

    Nor is anybody asked whether it helped: a button that several people may press is used up by the first.
    """
    return replace(_answer(scene, text), choices=(), is_answer=False)


def _answer(scene: Scene, text: str) -> Reply:
    wording = scene.wording
    if names_danger(text):
        return menu.danger(scene)
    asked = read_command(text)
    match asked.command if asked else None:
        case Command.HELP | Command.HELLO:
            return Reply(wording("group_help", site=scene.site.name))
        case Command.WHO_SEES:
            return who_sees(wording)
        case Command.HUMAN:
            return menu.humans(scene)
        case Command.THANKS:
            return Reply(wording("thanks"))
        case None if not text.strip():
            return Reply(wording("group_help", site=scene.site.name))
        case command if command is not None:
            return Reply(wording("group_private"))
        case _ if found := refused(scene, text):
            return found[0]
        case _ if reply := answered_in_group(scene, text):
            return reply
        case _:
            near = nearest(text, scene.shelf, most=1)
    if near and near[0].score >= SURE and isinstance(near[0].does, Script):
        return Reply(wording("group_playbook", title=near[0].does.title))
    return Reply(wording("group_not_sure"))
