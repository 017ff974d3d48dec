"""How the coach speaks on Slack: one row of the outbox, one message, update or file there.

<https://docs.slack.dev/reference/methods/chat.postMessage>, `chat.update`, `files.completeUploadExternal`. Nothing
here is repeated: what a failure means for the row is said, and the outbox decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack import blocks, render
from bot.channels.slack.line import PATIENCE, UNREACHABLE, Line, NotDone
from bot.channels.slack.rooms import Rooms
from bot.channels.slack.workspaces import DEAD_TOKEN, Workspaces
from bot.chat import ChatDesk, FetchedFile, Installation, Outgoing
from bot.errors import CoachError, DeliveryError, StoreUnavailable
from bot.message import Address
from bot.reply import Reply

EVENT_TYPE = "qms_coach"
_MESSAGES = UUID("6f0d2b86-6a55-5d6c-9a41-6d0f0b0c5b1e")  # ours, for `client_msg_id`
_BEFORE = timedelta(seconds=60)  # how far the clocks of Slack and of our database may be apart
_PAGE = 200
_TS = re.compile(r"\d{1,11}\.\d{1,6}")
_MOST_PAGES = 10
_LONGEST_TITLE, _LONGEST_ALT = 200, 1_000

_GONE = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "user_not_found",
        "user_disabled",
        "users_not_found",
        "not_in_channel",
        "cannot_dm_bot",
    }
)
_SOON = frozenset({"team_added_to_org", "request_timeout", "token_expired", "org_login_required"})
_DUPLICATE = frozenset({"duplicate_message_not_found", "duplicate_channel_not_found"})
_UNSHOWABLE = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})

Sought = Callable[[Mapping[str, Any]], str]
Request = Callable[..., Coroutine[Any, Any, AsyncSlackResponse]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on Slack an address leads: a channel, or a user for their direct messages; perhaps a thread in it."""

    workspace: str
    channel: str
    thread: str = ""

    @classmethod
    def of(cls, address: Address) -> Place:
        """The place of an address of ours. Raises DeliveryError where it is none."""
        workspace, _, rest = address.conversation.partition("/")
        channel, _, thread = rest.partition("/")
        if not (workspace and channel):
            raise DeliveryError("this is no address on Slack", permanent=True)
        return cls(workspace, channel, thread)

    @property
    def is_person(self) -> bool:
        """Whether the channel is a user, in whose direct messages we write."""
        return self.channel[:1] in {"U", "W"}


class SlackSender:
    """The way out to Slack. Promises what `bot.chat.Sender` does."""

    can_look_up = True

    def __init__(self, line: Line, workspaces: Workspaces, rooms: Rooms, desk: ChatDesk) -> None:
        self._line = line
        self._workspaces = workspaces
        self._rooms = rooms
        self._desk = desk

    async def send(self, message: Outgoing, payload: Reply) -> str:
        """Post it, show it anew, or send its file; Slack's own id of it. Raises DeliveryError."""
        place = Place.of(message.address)
        at = await self._installation(place.workspace)
        try:
            match message.kind:
                case "update":
                    return await self._show_anew(message, payload, at)
                case "file":
                    return await self._send_file(message, payload, place, at)
                case _:
                    return await self._post(message, payload, place, at)
        except NotDone as trouble:
            raise await self._meaning(message, at, trouble) from trouble

    async def look_up(self, message: Outgoing) -> str | None:
        """Slack's id of this message if it was posted. Raises DeliveryError when that cannot be told."""
        if message.kind == "update":
            return None  # it is shown once more; nobody sees a difference
        place = Place.of(message.address)
        at = await self._installation(place.workspace)
        sought = _sought(message, at.bot_user)
        try:
            return await self._find(message, place, at, sought)
        except NotDone as trouble:
            if trouble.code == PATIENCE:
                raise DeliveryError(str(trouble), retry_after=trouble.retry_after) from trouble
            is_final = not (trouble.is_unsure or trouble.code in _SOON | {UNREACHABLE})
            raise DeliveryError(str(trouble), permanent=is_final) from trouble

    def posted_at(self, provider_ref: str) -> datetime | None:
        """When Slack posted it: its numbers are times, by its own clock. A file's are not."""
        ts = provider_ref.partition(":")[2]
        return datetime.fromtimestamp(float(ts), UTC) if _TS.fullmatch(ts) else None

    # --- What is sent along -------------------------------------------------------------------------------------

    async def _file(self, message: Outgoing, payload: Reply) -> tuple[FetchedFile, str, str]:
        """The one file that this row names, what it is called, and for a picture what it shows. Raises DeliveryError."""
        if len(payload.file_names) != 1:
            raise DeliveryError("a file row names one file", permanent=True)
        picture = payload.picture
        try:
            if picture:
                found = await self._desk.fetch_picture(message.person, picture.run, picture.number)
                title, described = picture.title, picture.text
            else:
                (file,) = payload.files
                found = await self._desk.fetch_draft(
                    message.person, file.run, file.number, _format(file.name)
                )
                title, described = file.name, ""
        except StoreUnavailable as error:
            raise DeliveryError("the file cannot be fetched now") from error
        if found is None:
            raise DeliveryError("the file is not there any more", permanent=True)
        name = picture.name if picture else title
        return (
            replace(found, name=name),
            blocks.short(title, _LONGEST_TITLE),
            described and blocks.short(described, _LONGEST_ALT),
        )

    # --- Three ways to send -------------------------------------------------------------------------------------

    async def _post(self, message: Outgoing, payload: Reply, place: Place, at: Installation) -> str:
        arguments: dict[str, Any] = {
            "token": at.token,
            "channel": place.channel,
            "thread_ts": place.thread or None,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"outbox_id": message.id}},
            "client_msg_id": str(uuid5(_MESSAGES, str(message.id))),
            "unfurl_links": False,
            "unfurl_media": False,
            "link_names": False,
            "mrkdwn": False,
        }
        answer = await self._in_some_shape(message, payload, self._line.client.chat_postMessage, arguments)
        room = str(answer["channel"])
        if place.is_person:
            self._rooms.note(place.workspace, place.channel, room)
        return f"{room}:{answer['ts']}"

    async def _show_anew(self, message: Outgoing, payload: Reply, at: Installation) -> str:
        channel, _, ts = message.amends.partition(":")
        if not ts:
            raise DeliveryError("nobody knows which message to show anew", permanent=True)
        arguments = {"token": at.token, "channel": channel, "ts": ts, "link_names": False}
        await self._in_some_shape(message, payload, self._line.client.chat_update, arguments)
        return message.amends

    async def _in_some_shape(
        self, message: Outgoing, payload: Reply, request: Request, arguments: Mapping[str, Any]
    ) -> AsyncSlackResponse:
        """Slack's answer to the best shape that it takes: new kinds of blocks reach some workspaces late."""
        best = render.message(payload)
        for shape in _shapes(best, payload):
            try:
                return await self._line.ask(request(**shape, **arguments))
            except NotDone as trouble:
                if trouble.code not in _UNSHOWABLE:
                    raise
                log.warning("shape refused by Slack", outbox=message.id, error=str(trouble))
        return await self._line.ask(request(**{**best, "blocks": []}, **arguments))

    async def _send_file(self, message: Outgoing, payload: Reply, place: Place, at: Installation) -> str:
        """In three steps; only after the last can anybody see the file."""
        file, title, described = await self._file(message, payload)
        client = self._line.client
        try:
            room = await self._room(place, at)
            begun = await self._line.ask(
                client.files_getUploadURLExternal(
                    token=at.token, filename=file.name, length=len(file.content), alt_txt=described or None
                )
            )
            await self._line.upload(str(begun["upload_url"]), file.content)
        except NotDone as trouble:
            if trouble.is_unsure:
                raise DeliveryError(str(trouble)) from trouble  # nobody can see it yet
            raise
        file_id = str(begun["file_id"])
        await self._line.ask(
            client.files_completeUploadExternal(
                token=at.token,
                files=[{"id": file_id, "title": title}],
                channel_id=room,
                thread_ts=place.thread or None,
            )
        )
        return f"{room}:{file_id}"

    # --- Looking it up ----------------------------------------------------------------------------------------------

    async def _find(self, message: Outgoing, place: Place, at: Installation, sought: Sought) -> str | None:
        room = await self._room(place, at)
        client, cursor = self._line.client, ""
        oldest = f"{(message.written_at - _BEFORE).timestamp():.6f}"
        for _ in range(_MOST_PAGES):
            asked: dict[str, Any] = {
                "token": at.token,
                "channel": room,
                "oldest": oldest,
                "limit": _PAGE,
                "cursor": cursor or None,
                "include_all_metadata": True,
            }
            page = await self._line.ask(
                client.conversations_replies(ts=place.thread, **asked)
                if place.thread
                else client.conversations_history(**asked)
            )
            messages: Sequence[Mapping[str, Any]] = page.get("messages", ())
            for each in messages:
                if found := sought(each):
                    return f"{room}:{found}"
            cursor = _next(page)
            if not cursor:
                return None
        raise NotDone("look up", "too much was said since", is_unsure=True)

    async def _room(self, place: Place, at: Installation) -> str:
        """The channel's id; for a person, that of their direct messages. Raises NotDone."""
        return await self._rooms.opened(at, place.channel) if place.is_person else place.channel

    # --- What went wrong --------------------------------------------------------------------------------------------

    async def _installation(self, workspace: str) -> Installation:
        try:
            installation = await self._workspaces.fit(workspace)
        except NotDone as trouble:
            raise DeliveryError(str(trouble), retry_after=trouble.retry_after) from trouble
        except (
            CoachError
        ) as error:  # not learnt yet, the store away, the token sealed under another key: nothing went out
            raise DeliveryError(str(error)) from error
        if installation is None:
            raise DeliveryError("the app is not installed in this workspace", gone=True)
        return installation

    async def _meaning(self, message: Outgoing, at: Installation, trouble: NotDone) -> DeliveryError:
        """What Slack's refusal means for the row."""
        words, code = str(trouble), trouble.code
        is_update = message.kind == "update"
        if code == PATIENCE:
            return DeliveryError(words, retry_after=trouble.retry_after)
        if code in DEAD_TOKEN:
            return await self._token_died(at, words, code)
        if trouble.is_unsure or code in _DUPLICATE:
            return DeliveryError(words, ambiguous=not is_update)
        if code == UNREACHABLE or code in _SOON or code.startswith("http_5"):
            return DeliveryError(words)
        if code in _GONE and not is_update:
            return DeliveryError(words, gone=True)
        if trouble.needed:
            words += "; install the app again in this workspace, with every permission it asks for"
        return DeliveryError(words, permanent=True)

    async def _token_died(self, at: Installation, words: str, code: str) -> DeliveryError:
        try:
            may_help = await self._workspaces.lost(at.workspace, at.token, code)
        except StoreUnavailable:
            may_help = True  # who knows; the next attempt will
        return DeliveryError(words, permanent=not may_help)


def _shapes(best: dict[str, Any], payload: Reply) -> Iterator[dict[str, Any]]:
    """The best shape, and one without new kinds of blocks, which is made only when the best was refused."""
    yield best
    plain = render.message(payload, is_plain=True)
    if plain != best:
        yield plain


def _sought(message: Outgoing, bot_user: str) -> Sought:
    """How this message is known among what was posted. Raises DeliveryError where that cannot be told."""
    if message.kind == "file":
        # A file carries no metadata; the row itself knows what the file is called.
        names = Reply.from_json(message.payload).file_names
        if not names:
            raise DeliveryError("nobody knows what the file was called", permanent=True)
        return lambda posted: _file_of(posted, names, bot_user)
    return lambda posted: _ts_of(posted, str(message.id))


def _ts_of(posted: Mapping[str, Any], outbox_id: str) -> str:
    """The id of this message where it is that row of ours; else nothing."""
    metadata = posted.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    is_it = metadata.get("event_type") == EVENT_TYPE and str(payload.get("outbox_id")) == outbox_id
    return str(posted["ts"]) if is_it else ""


def _file_of(posted: Mapping[str, Any], names: Collection[str], bot_user: str) -> str:
    """The id of the file of this name, where it was sent by us."""
    if not posted.get("bot_id") and posted.get("user") != bot_user:
        return ""
    return next((str(file["id"]) for file in posted.get("files") or () if file.get("name") in names), "")


def _next(page: AsyncSlackResponse) -> str:
    more = page.get("response_metadata") or {}
    return str(more.get("next_cursor") or "") if page.get("has_more", True) else ""


def _format(name: str) -> str:
    """What a draft of this name is fetched as."""
    return name.rpartition(".")[2].lower()
