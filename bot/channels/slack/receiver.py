"""Looking up what could not be heard at once: who somebody is, and the files they sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

import structlog

from bot.attachment import LARGEST, Attachment, AttachmentRefused, must_fit, read_attachment
from bot.channels.slack import parse
from bot.channels.slack.line import PATIENCE, UNREACHABLE, Line, NotDone
from bot.channels.slack.parse import Caller, Said, SentFile
from bot.channels.slack.shown import Shown
from bot.channels.slack.workspaces import DEAD_TOKEN, NotLearnt, Workspaces
from bot.chat import ChatDesk, Installation, Tally
from bot.errors import DeliveryError
from bot.message import Heard, Identity, Message

_FILES_OF_SLACK = ".slack.com"
_LONGEST_CODE = 40

log = structlog.get_logger(__name__)


class Introducer:
    """Asks Slack who somebody is, and tells the coach."""

    def __init__(self, line: Line, workspaces: Workspaces, desk: ChatDesk) -> None:
        self._line, self._workspaces, self._desk = line, workspaces, desk

    async def introduce(self, workspace: str, who: Identity) -> bool:
        """Whether the coach knows them now. Raises NotDone, NotLearnt, StoreUnavailable.

        https://docs.slack.dev/reference/methods/users.info
        """
        at = await self._workspaces.fit(workspace)
        if at is None:
            return False
        organisation, _, user = who.subject.partition("/")
        try:
            answer = await self._line.ask(
                self._line.client.users_info(token=at.token, user=user, include_locale=True)
            )
        except NotDone as trouble:
            if trouble.is_unsure or trouble.code in DEAD_TOKEN | {PATIENCE, UNREACHABLE}:
                raise
            log.warning("stranger not looked up", error=str(trouble))
            return False
        found = parse.introduction(answer.get("user"), organisation)
        if found is None or found.identity != who:
            return False
        return await self._desk.introduce(self._workspaces.believed(found, at))


class SlackReceiver:
    """The way in for what was put aside. Promises what `bot.chat.Receiver` does."""

    def __init__(
        self,
        line: Line,
        workspaces: Workspaces,
        desk: ChatDesk,
        introducer: Introducer,
        shown: Shown,
        tally: Tally,
    ) -> None:
        self._line, self._workspaces, self._desk = line, workspaces, desk
        self._introducer, self._shown, self._tally = introducer, shown, tally

    async def receive(self, body: str) -> None:
        """Look up what is missing, and let the coach hear it. Raises DeliveryError to be asked again later."""
        said = Said.from_body(body)
        if said is None:
            log.error("what was put aside cannot be read any more", channel=parse.CHANNEL)
            return
        try:
            at = await self._workspaces.fit(_workspace(said))
            if at is not None:
                await self._receive(said, at)
        except NotLearnt as error:
            raise DeliveryError(str(error)) from error
        except NotDone as trouble:
            may_pass = trouble.is_unsure or trouble.code in DEAD_TOKEN | {PATIENCE, UNREACHABLE}
            is_final = (
                not may_pass
            )  # a dead token is mended by installing anew; what was acknowledged waits for it
            raise DeliveryError(
                str(trouble), permanent=is_final, retry_after=trouble.retry_after
            ) from trouble

    async def _receive(self, said: Said, at: Installation) -> None:
        """1. Fetch the files. 2. Let it be heard. 3. A stranger is looked up, or has a code; then it is heard again."""
        caller, thread = _caller(said), _thread(said)
        async with self._shown.sign_of_life(caller.workspace, said.room, thread) as stay_silent:
            message = said.message
            attachments: tuple[Attachment, ...] = ()
            try:
                attachments = await self._fetched(said.files, at)
            except AttachmentRefused as refused:
                await self._shown.hint(caller, said.room, str(refused), _thread_of(said))
                if not message.text:
                    stay_silent()
                    return
            message = replace(message, files=tuple(each.upload for each in attachments))
            heard = await self._hear(message, attachments)
            if heard.outcome == "stranger":
                heard = await self._hear_stranger(said, message, attachments)
            if heard.outcome == "duplicate":
                self._tally.repeated(parse.CHANNEL)
            if heard.outcome != "done":
                stay_silent()

    async def _hear(self, message: Message, attachments: Sequence[Attachment]) -> Heard:
        if message.address.is_private:
            return await self._desk.hear(message, attachments)
        return await self._desk.overhear(message)

    async def _hear_stranger(self, said: Said, message: Message, attachments: Sequence[Attachment]) -> Heard:
        caller, who = _caller(said), message.sender
        if await self._introducer.introduce(caller.workspace, who):
            heard = await self._hear(message, attachments)
            if heard.outcome != "stranger":
                return heard
        is_code = message.address.is_private and message.press is None
        key = "hint_stranger"
        if is_code and 0 < len(message.text) <= _LONGEST_CODE and await self._desk.redeem(who, message.text):
            key = "hint_known_now"
        await self._shown.hint(caller, said.room, self._desk.words(key), _thread_of(said))
        return Heard("stranger")

    async def _fetched(self, files: Sequence[SentFile], at: Installation) -> tuple[Attachment, ...]:
        """The files, whole. Raises AttachmentRefused with a sentence for the person."""
        must_fit([file.size for file in files])
        fetched: list[bytes] = []
        for file in files:
            left = LARGEST - sum(map(len, fetched))
            try:
                url = file.url or await self._url_of(file, at)
                fetched.append(await self._download(url, at, left))
            except NotDone as trouble:
                if trouble.is_unsure or trouble.code in {PATIENCE, UNREACHABLE}:
                    raise
                log.warning("file not fetched", error=str(trouble))
                raise AttachmentRefused(self._desk.words("hint_file_trouble")) from trouble
            must_fit([len(each) for each in fetched])
        return tuple(
            read_attachment(file.name, content) for file, content in zip(files, fetched, strict=True)
        )

    async def _download(self, url: str, at: Installation, most: int) -> bytes:
        if not self._is_slacks(url):
            raise NotDone("download", "foreign_address")
        return await self._line.download(url, at.token, most)

    async def _url_of(self, file: SentFile, at: Installation) -> str:
        """Where the bytes of a file are that was shared from another company's workspace.

        https://docs.slack.dev/reference/methods/files.info
        """
        answer = await self._line.ask(self._line.client.files_info(token=at.token, file=file.id))
        found = answer.get("file") or {}
        return str(found.get("url_private_download") or found.get("url_private") or "")

    def _is_slacks(self, url: str) -> bool:
        """Whether our token may be shown there: only to Slack, or to where its Web API is said to be."""
        asked, api = urlsplit(url), urlsplit(self._line.client.base_url)
        if (asked.scheme, asked.netloc) == (api.scheme, api.netloc):
            return True
        return asked.scheme == "https" and (asked.hostname or "").endswith(_FILES_OF_SLACK)


def _workspace(said: Said) -> str:
    return said.message.address.conversation.partition("/")[0]


def _caller(said: Said) -> Caller:
    organisation, _, user = said.message.sender.subject.partition("/")
    return Caller(_workspace(said), organisation, user)


def _thread_of(said: Said) -> str:
    """The thread it was said in; empty where it stands by itself."""
    return said.message.address.conversation.partition("/")[2].partition("/")[2]


def _thread(said: Said) -> str:
    """The thread a sign of life belongs to: what stands by itself begins one."""
    if not said.message.address.is_private:
        return ""
    at = said.message.said_at
    return _thread_of(said) or (f"{at.timestamp():.6f}" if at and said.message.press is None else "")
