"""What is done with each kind of request: what was said is heard before it is acknowledged, the rest is shown after.

An exception here makes Bolt answer with an error, so that Slack delivers an event again. Interactions and commands
are never delivered again: there, somebody is told that nothing was saved.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.channels.slack import blocks, parse, render
from bot.channels.slack.afterwards import Afterwards
from bot.channels.slack.parse import CHANNEL, Pressed, Said
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.shown import Shown
from bot.channels.slack.workspaces import Workspaces
from bot.chat import ChatDesk, Tally
from bot.errors import StoreUnavailable
from bot.message import Press

Json = Mapping[str, Any]
Outcome = Literal["done", "duplicate", "aside"]

log = structlog.get_logger(__name__)


class Listeners:
    """Everything Slack may tell the coach of one process."""

    def __init__(
        self,
        desk: ChatDesk,
        tally: Tally,
        workspaces: Workspaces,
        rooms: Rooms,
        shown: Shown,
        afterwards: Afterwards,
    ) -> None:
        self._desk, self._tally = desk, tally
        self._workspaces, self._rooms = workspaces, rooms
        self._shown, self._afterwards = shown, afterwards
        self._events: Mapping[str, Callable[[Json], Awaitable[None]]] = {
            "message": self._message,
            "app_mention": self._mention,
            "app_home_opened": self._visit,
            "user_change": self._introduced,
            "team_join": self._introduced,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._revoked,
        }

    async def event(self, body: dict[str, Any]) -> None:
        """An event of the Events API; those we have no use for are acknowledged too."""
        handle = self._events.get(body["event"]["type"])
        if handle is not None:
            await handle(body)

    # --- What was said ----------------------------------------------------------------------------------------------

    async def _message(self, body: Json) -> None:
        said = parse.direct(body)
        if said is None:
            return
        workspace, user = _of(said)
        self._rooms.note(workspace, user, said.room)
        event = body["event"]
        thread = event.get("thread_ts") or event.get("ts") or ""
        async with self._shown.sign_of_life(workspace, said.room, thread) as stay_silent:
            if await self._hear(said) == "duplicate":
                stay_silent()

    async def _mention(self, body: Json) -> None:
        if said := parse.mention(body):
            await self._hear(said)

    async def command(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A slash command: the same as its words in private. Outside of it, a hint says where the answer is."""
        said = parse.command(body)
        if said is None:
            await ack()
            return
        try:
            outcome = await self._hear(said)
        except StoreUnavailable as error:
            log.warning("store unavailable", channel=CHANNEL, error=str(error))
            await ack(text=self._desk.words("hint_not_saved"), response_type="ephemeral")
            return
        if outcome == "done" and not self._is_ours(said):
            await ack(text=self._desk.words("hint_gone_private"), response_type="ephemeral")
        else:
            await ack()

    async def shortcut(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A shortcut: start a playbook from anywhere, or think a message through with the coach."""
        if asked := parse.shortcut(body):
            self._afterwards.do(self._shown.shelf(asked))
        elif said := parse.considered(body):
            key = "hint_gone_private"
            try:
                outcome = await self._hear(said)
            except StoreUnavailable as error:
                log.warning("store unavailable", channel=CHANNEL, error=str(error))
                outcome, key = "done", "hint_not_saved"
            if outcome == "done" and not self._is_ours(said):
                self._hint(said, key)
        await ack()

    # --- What was pressed and sent ----------------------------------------------------------------------------------

    async def action(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """A button, a menu or a list."""
        pressed = parse.pressed(body)
        if pressed is not None:
            match pressed.action:
                case blocks.FORM:
                    self._afterwards.do(self._shown.form(pressed))
                case name if name.startswith(blocks.WHOLE):
                    self._afterwards.do(self._shown.whole(pressed))
                case name if name.startswith(blocks.PRESS):
                    await self._press(pressed)
                case blocks.READ:
                    pass
                case _:
                    self._afterwards.do(self._shown.hint_at(pressed, "hint_no_such_button"))
        await ack()

    async def _press(self, pressed: Pressed) -> None:
        try:
            press = pressed.press or await self._long_press(pressed)
            outcome = await self._hear(_in_private(pressed.said(press), pressed)) if press else None
        except StoreUnavailable:
            self._afterwards.do(self._shown.hint_at(pressed, "hint_not_saved"))
            raise
        if outcome is None:
            self._afterwards.do(self._shown.hint_at(pressed, "hint_no_such_button"))
        elif outcome == "duplicate":
            self._afterwards.do(self._shown.hint_at(pressed, "hint_pressed_before"))
        elif pressed.view:
            self._afterwards.do(self._shown.close(pressed))
        if pressed.is_home:
            self._afterwards.do(self._shown.home(pressed.caller))

    async def _long_press(self, pressed: Pressed) -> Press | None:
        """What a button stands for that carries only a digest of it."""
        reply = await self._desk.said(pressed.message())
        return render.press_of(reply, pressed.value) if reply else None

    async def submission(self, body: dict[str, Any], ack: AsyncAck) -> None:
        """What was sent from a window. It stays open, with what was filled in, until the answer is taken and saved."""
        submitted = parse.submitted(body)
        if submitted is None:
            await ack()
            return
        said = submitted.said()
        try:
            objection = await self._objection(said)
            if not objection and said is not None and await self._hear(said) == "duplicate":
                self._hint(said, "hint_pressed_before")
        except StoreUnavailable as error:
            log.warning("store unavailable", channel=CHANNEL, error=str(error))
            objection = self._desk.words("hint_not_saved")
        if objection:
            await ack(response_action="errors", errors={_first_input(body): objection})
        else:
            await ack()

    async def _objection(self, said: Said | None) -> str:
        if said is None:
            return self._desk.words("hint_nothing_sent")
        if said.files:
            return ""  # what they are is seen when they are here
        return await self._desk.objection(said.message)

    # --- Who comes and goes -----------------------------------------------------------------------------------------

    async def _visit(self, body: Json) -> None:
        visit = parse.visit(body)
        if visit is None:
            return
        self._rooms.note(visit.caller.workspace, visit.caller.user, visit.room)
        if visit.tab == "home":
            self._afterwards.do(self._shown.home(visit.caller, visit.hash))
        else:
            self._afterwards.do(self._shown.prompts(visit))

    async def _introduced(self, body: Json) -> None:
        who, at = parse.introduced(body), await self._workspaces.find(parse.workspace_of(body))
        if who is None or at is None:
            return
        if body["event"]["user"].get("deleted"):
            await self._desk.leave(CHANNEL, parse.workspace_of(body), who.identity.subject)
        else:
            await self._desk.introduce(self._workspaces.believed(who, at))

    async def _uninstalled(self, body: Json) -> None:
        workspace = parse.workspace_of(body)
        await self._desk.leave(CHANNEL, workspace)
        await self._workspaces.forget(workspace)
        log.info("app uninstalled", workspace=workspace)

    async def _revoked(self, body: Json) -> None:
        """Only the bot's own token counts: we have none of anybody else.

        https://docs.slack.dev/reference/events/tokens_revoked
        """
        tokens = body["event"].get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            await self._uninstalled(body)

    # --- Hearing ----------------------------------------------------------------------------------------------------

    async def _hear(self, said: Said) -> Outcome:
        """Heard, or kept until what is missing has been looked up; either is committed. Raises StoreUnavailable."""
        if said.files:
            await self._desk.put_aside(said.arrival())
            return "aside"
        message = said.message
        hear = self._desk.hear if message.address.is_private else self._desk.overhear
        heard = await hear(message)
        # The id of a press holds the answer; where it was pressed is no secret.
        log.info("message heard", channel=CHANNEL, of=message.on or message.event_id, outcome=heard.outcome)
        if heard.outcome == "stranger":
            await self._desk.put_aside(said.arrival())
            return "aside"
        if heard.outcome == "duplicate":
            self._tally.repeated(CHANNEL)
        return heard.outcome

    def _is_ours(self, said: Said) -> bool:
        """Whether it was said where the answer will be: in the person's direct messages with us, as far as we know."""
        known = self._rooms.known(*_of(said))
        return said.room == known if known else said.room.startswith("D")

    def _hint(self, said: Said, key: str) -> None:
        workspace, user = _of(said)
        organisation = said.message.sender.subject.partition("/")[0]
        caller = parse.Caller(workspace, organisation, user)
        self._afterwards.do(self._shown.hint(caller, said.room, self._desk.words(key)))


def _of(said: Said) -> tuple[str, str]:
    """The workspace and the user of what was said."""
    workspace = said.message.address.conversation.partition("/")[0]
    return workspace, said.message.sender.subject.partition("/")[2]


def _in_private(said: Said, pressed: Pressed) -> Said:
    """What is pressed in front of others is nobody else's business."""
    if said.message.address.is_private:
        return said
    return replace(said, message=replace(said.message, address=pressed.caller.private()))


def _first_input(body: Json) -> str:
    """The block below which Slack shows what is wrong."""
    shown = body["view"].get("blocks") or ()
    return next((str(block["block_id"]) for block in shown if block.get("type") == "input"), blocks.FIELD)
