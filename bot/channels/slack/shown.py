"""What is shown in Slack and never stored: windows, the Home tab, hints for one pair of eyes, and a sign of life.

Each is made from how things stand at that moment. Raises NotDone, NotLearnt and StoreUnavailable.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.channels.slack import blocks, parse, render
from bot.channels.slack.afterwards import Afterwards
from bot.channels.slack.line import Line, NotDone
from bot.channels.slack.parse import Caller, Pressed, Shortcut, Visit
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.workspaces import Workspaces
from bot.chat import ChatDesk, Installation, Overview
from bot.errors import StoreUnavailable
from bot.message import Identity
from bot.reply import Reply

SIGN_OF_LIFE = 0.7  # seconds without an answer

_NOT_THERE = frozenset(
    {"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived", "restricted_action"}
)

Introducing = Callable[[str, Identity], Awaitable[bool]]


class Shown:
    """Shows things in every workspace of one process. `introduce` asks Slack who a stranger is."""

    def __init__(
        self,
        line: Line,
        workspaces: Workspaces,
        rooms: Rooms,
        desk: ChatDesk,
        afterwards: Afterwards,
        introduce: Introducing,
    ) -> None:
        self._line, self._workspaces, self._rooms = line, workspaces, rooms
        self._desk, self._afterwards, self._introduce = desk, afterwards, introduce

    # --- Windows ----------------------------------------------------------------------------------------------------

    async def form(self, pressed: Pressed) -> None:
        """The window for the answer to the question that was pressed; or why there is none any more."""
        reply = await self._said(pressed)
        if reply is None or reply.field is None:
            await self.hint_at(pressed, "hint_form_over")
            return
        private = pressed.opened(reply.field.about).private()
        await self._open_at(pressed, render.form(reply, private))

    async def whole(self, pressed: Pressed) -> None:
        """Everything that a message had no room for: in a window, page by page."""
        reply = await self._said(pressed)
        if reply is None:
            await self.hint_at(pressed, "hint_form_over")
            return
        page = int(pressed.value) if pressed.value.isdecimal() and len(pressed.value) < 4 else 0
        view = render.whole(reply, page, pressed.opened().private())
        if pressed.view:
            await self._replace(pressed, view)
        else:
            await self._open_at(pressed, view)

    async def close(self, pressed: Pressed) -> None:
        """Say in the window that what was pressed in it is taken; only the person can close it."""
        words = self._desk.words
        await self._replace(pressed, render.notice(words("hint_sent_title"), words("hint_sent")))

    async def shelf(self, shortcut: Shortcut) -> None:
        """The window from which a playbook is started."""
        caller = shortcut.caller
        overview = await self._overview(caller)
        words = self._desk.words
        if overview is None:
            view = render.notice(words("hint_start"), words("hint_stranger"))
        else:
            private = parse.Opened("", caller.private().conversation).private()
            view = render.start(overview.shelf, private)
        await self._open(caller, shortcut.trigger, view)

    async def _said(self, pressed: Pressed) -> Reply | None:
        try:
            return await self._desk.said(pressed.message())
        except StoreUnavailable:
            await self.hint_at(pressed, "hint_trouble")
            raise

    async def _open_at(self, pressed: Pressed, view: dict[str, Any]) -> None:
        await self._open(pressed.caller, pressed.trigger, view, pressed.room, _thread(pressed))

    async def _open(
        self, caller: Caller, trigger: str, view: dict[str, Any], room: str = "", thread: str = ""
    ) -> None:
        """Slack opens a window for three seconds after a press, and once; later there is a sentence instead."""
        try:
            at = await self._at(caller.workspace)
            await self._line.ask(self._line.client.views_open(token=at.token, trigger_id=trigger, view=view))
        except NotDone:
            await self.hint(caller, room, self._desk.words("hint_trouble"), thread)
            raise

    async def _replace(self, pressed: Pressed, view: dict[str, Any]) -> None:
        at = await self._at(pressed.caller.workspace)
        await self._line.ask(self._line.client.views_update(token=at.token, view_id=pressed.view, view=view))

    # --- The Home tab and the conversation --------------------------------------------------------------------------

    async def home(self, caller: Caller, seen: str = "") -> None:
        """The Home tab anew; `seen` is the hash of what the person sees now, so that nothing newer is overwritten.

        https://docs.slack.dev/reference/methods/views.publish
        """
        at = await self._at(caller.workspace)
        overview = await self._overview(caller)
        view = render.home(overview) if overview else render.home(None, self._desk.words("hint_stranger"))
        publish = self._line.client.views_publish
        try:
            await self._line.ask(publish(token=at.token, user_id=caller.user, view=view, hash=seen or None))
        except NotDone as trouble:
            if trouble.code != "hash_conflict":
                raise
            await self._line.ask(publish(token=at.token, user_id=caller.user, view=view))

    async def prompts(self, visit: Visit) -> None:
        """What stands ready to be said in the conversation with us, for the whole of it."""
        overview = await self._overview(visit.caller)
        if overview is None or not visit.room:
            return
        at = await self._at(visit.caller.workspace)
        await self._line.ask(
            self._line.client.assistant_threads_setSuggestedPrompts(
                token=at.token, channel_id=visit.room, prompts=render.prompts(overview)
            )
        )

    async def _overview(self, caller: Caller) -> Overview | None:
        overview = await self._desk.overview(caller.identity)
        if overview is None and await self._introduce(caller.workspace, caller.identity):
            overview = await self._desk.overview(caller.identity)
        return overview

    # --- Hints ------------------------------------------------------------------------------------------------------

    async def hint_at(self, pressed: Pressed, key: str) -> None:
        """A sentence for whoever pressed, beside what they pressed."""
        await self.hint(pressed.caller, pressed.room, self._desk.words(key), _thread(pressed))

    async def hint(self, caller: Caller, room: str, words: str, thread: str = "") -> None:
        """A sentence that only this person sees, there or, where we may not write, in their room with us.

        https://docs.slack.dev/reference/methods/chat.postEphemeral
        """
        at = await self._at(caller.workspace)
        shape: dict[str, Any] = {
            "token": at.token,
            "user": caller.user,
            "text": blocks.summary(words),
            "blocks": blocks.sections(words),
            "link_names": False,
        }
        post = self._line.client.chat_postEphemeral
        if room:
            try:
                await self._line.ask(post(channel=room, thread_ts=thread or None, **shape))
            except NotDone as trouble:
                if trouble.code not in _NOT_THERE:
                    raise
            else:
                return
        await self._line.ask(post(channel=await self._rooms.opened(at, caller.user), **shape))

    # --- A sign of life ---------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def sign_of_life(self, workspace: str, room: str, thread: str) -> AsyncIterator[Callable[[], None]]:
        """Say that we are at it when what happens inside takes long. Our next message there clears it.

        What is yielded is to be called where no message will follow.
        https://docs.slack.dev/reference/methods/assistant.threads.setStatus
        """
        over, is_silent = asyncio.Event(), False

        def stay_silent() -> None:
            nonlocal is_silent
            is_silent = True

        async def watch() -> None:
            try:
                async with asyncio.timeout(SIGN_OF_LIFE):
                    await over.wait()
            except TimeoutError:
                await self._status(workspace, room, thread, self._desk.words("hint_working"))
                await over.wait()
                if is_silent:
                    await self._status(workspace, room, thread, "")

        if room and thread:
            self._afterwards.do(watch())
        try:
            yield stay_silent
        finally:
            over.set()

    async def _status(self, workspace: str, room: str, thread: str, words: str) -> None:
        at = await self._at(workspace)
        await self._line.ask(
            self._line.client.assistant_threads_setStatus(
                token=at.token, channel_id=room, thread_ts=thread, status=words
            )
        )

    async def _at(self, workspace: str) -> Installation:
        found = await self._workspaces.fit(workspace)
        if found is None:
            raise NotDone("show", "not_installed")
        return found


def _thread(pressed: Pressed) -> str:
    """The thread in which something was pressed; empty where it was in none."""
    return pressed.address.conversation.partition("/")[2].partition("/")[2]
