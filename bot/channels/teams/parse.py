"""What Teams sends, as messages of ours.

Read from an activity <https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#activity-object>:

- `conversation`, `from`, `recipient`, `serviceUrl`, `locale`: who speaks, and how to answer;
- `text` and the mentions among `entities`; in a group, Teams sends us only what mentions us;
- `value` of a message: what stood on a button of ours, with what was typed into its card;
- `value` of an invoke: the same for a button that is answered at once, or the word about a file;
- `attachments`: files that were sent to us, which are fetched later;
- `action`, `membersAdded`, `membersRemoved`: that we were installed or removed.

What a button of ours carries is written by `card.py`; see there.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.attachment import MOST
from bot.channels.teams.received import (
    Added,
    Consented,
    Ignored,
    Offered,
    Received,
    Removed,
    Said,
    Turned,
    Unreadable,
)
from bot.channels.teams.reference import CHANNEL, Reference
from bot.chat import Introduction
from bot.errors import CoachError
from bot.message import Address, Identity, Message, Press, legible

Json = Mapping[str, Any]

TEAMS = "msteams"  # what Microsoft calls this channel
_FILE = "application/vnd.microsoft.teams.file.download.info"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LONGEST_TOKEN = 5_000  # some buttons carry what somebody typed
_SEPARATOR = "|"
_GUEST = "#EXT#"


class NoActivity(CoachError):
    """What came in is no activity of Teams."""


def tenants(activity: Json) -> frozenset[str]:
    """Every tenant that this activity says it belongs to, in small letters."""
    named = (_object(_object(activity, "channelData"), "tenant").get("id"), _conversation(activity)[1])
    return frozenset(name.lower() for name in named if isinstance(name, str) and name)


def is_activity(activity: object) -> bool:
    """Whether this is an activity of Teams, with everything that it takes to check where it comes from."""
    if not isinstance(activity, dict) or activity.get("channelId") != TEAMS:
        return False
    return all((_text(activity, "type"), _text(activity, "serviceUrl"), _conversation(activity)[0]))


def read(activity: Json) -> Received:
    """What this activity of Teams is to us. Raises NoActivity."""
    if not is_activity(activity):
        raise NoActivity("it lacks what every activity of Teams has")
    match _text(activity, "type"):
        case "message":
            return _message(activity)
        case "invoke":
            return _invoke(activity)
        case "installationUpdate":
            return _installation(activity, _text(activity, "action"))
        case "conversationUpdate":
            return _members(activity)
        case kind:
            return Ignored(kind)  # reactions, edits and deletions among them


def introduction(activity: Json, member: Json) -> Introduction:
    """What Teams says of the sender, by its list of members: an address only where it is nobody's guest.

    <https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/get-teams-context>
    """
    client = next((each for each in _objects(activity, "entities") if each.get("type") == "clientInfo"), {})
    principal = _text(member, "userPrincipalName")
    address = _text(member, "email") or principal
    is_guest = _text(member, "userRole").lower() in {"guest", "anonymous"} or _GUEST in principal.upper()
    return Introduction(
        _sender(activity),
        email="" if is_guest or "@" not in address else address,
        zone=_text(activity, "localTimezone") or _text(client, "timezone"),
        language=_text(activity, "locale").partition("-")[0].lower(),
    )


# --- Messages ---------------------------------------------------------------------------------------------


def _message(activity: Json) -> Received:
    if _text(_object(activity, "channelData"), "eventType") not in {"", "newMessage"}:
        return Ignored("edit")
    if value := _object(activity, "value"):
        return _submitted(activity, value, is_answered_at_once=False)
    address = _address(activity)
    text, files = _words(activity), tuple(_files(activity)) if address.is_private else ()
    if not text and not files:
        if address.is_private:
            return Ignored("nothing in it")
        return Said(_spoken(activity, press=Press("help")))  # somebody only called our name
    return Said(_spoken(activity, text), files)


def _spoken(activity: Json, text: str = "", press: Press | None = None, key: str = "") -> Message:
    """The message of this activity; `key` is what makes it the same message again, if not its own id."""
    address = _address(activity)
    own_id = _text(activity, "id")
    if not own_id and not key:
        raise NoActivity("it has no id")
    return Message(
        # The id of an activity is unique in its conversation only.
        event_id=key or f"{address.conversation}:{own_id}",
        address=address,
        sender=_sender(activity),
        text=text,
        press=press,
        about=press.about if press else None,
        said_at=_moment(_text(activity, "timestamp")),
        on=_text(activity, "replyToId") if press or key else "",
    )


def _words(activity: Json) -> str:
    """What was written: without our name, with other people's names, and with every sign as it was typed."""
    text, own = _text(activity, "text"), _text(_object(activity, "recipient"), "id")
    said, at = "", 0
    for entity in _objects(activity, "entities"):
        mark = _text(entity, "text")
        start = text.find(mark, at) if entity.get("type") == "mention" and mark else -1
        if start < 0:
            continue
        mentioned = _object(entity, "mentioned")
        said += _plain(text[at:start])
        at = start + len(mark)
        if _text(mentioned, "id") != own:
            said += _text(mentioned, "name")
        elif said.endswith((" ", "\N{NO-BREAK SPACE}")) or not said:
            at += len(text[at:]) - len(text[at:].removeprefix("&nbsp;").lstrip())
    said += _plain(text[at:])
    return legible(said.replace("\N{NO-BREAK SPACE}", " ")).strip()


def _plain(text: str) -> str:
    """`text` with every HTML entity as the sign it stands for; `AT&T` is none."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _files(activity: Json) -> Iterator[Offered]:
    """The files of a message, from those that Teams lists; a card or the text once more as HTML is none."""
    for attachment in _objects(activity, "attachments")[: MOST + 1]:
        kind, name = _text(attachment, "contentType"), legible(_text(attachment, "name"))
        if kind == _FILE:
            yield Offered(name, _text(_object(attachment, "content"), "downloadUrl"))
        elif kind.startswith("image/"):
            yield Offered(name or "picture", _text(attachment, "contentUrl"), needs_token=True)


# --- Buttons ----------------------------------------------------------------------------------------------


def _submitted(activity: Json, value: Json, *, is_answered_at_once: bool) -> Received:
    """What one of our buttons carried, and what was typed into its card."""
    if "page" in value:
        page = value["page"]
        turned = _spoken(activity, key=_key(activity, value, f"page|{page}"))
        return Turned(turned, page) if isinstance(page, int) and page >= 0 else _no_button(activity)
    if "form" in value:
        return _filled_in(activity, value, is_answered_at_once=is_answered_at_once)
    token = _text(value, "press")
    press = _press(token)
    if press is None:
        return _no_button(activity, is_answered_at_once=is_answered_at_once)
    has_turn = bool(press.about and press.about.turn)
    key = "" if press.is_repeatable else _key(activity, value, press.key, has_turn=has_turn)
    return Said(_spoken(activity, press=press, key=key), is_answered_at_once=is_answered_at_once)


def _filled_in(activity: Json, value: Json, *, is_answered_at_once: bool) -> Received:
    """The answer that was typed or ticked in a card; it belongs to the question that the card put."""
    question = _press(f"answer{_SEPARATOR}{_text(value, 'form')}")
    about = question.about if question else None
    if about is None:
        return _no_button(activity, is_answered_at_once=is_answered_at_once)
    if ticked := tuple(filter(None, _text(value, "ticked").split(","))):
        if any(_SEPARATOR in each or not _is_ours(each) for each in ticked):
            return _no_button(activity, is_answered_at_once=is_answered_at_once)
        press = Press("answer", ticked, about)
        message = _spoken(activity, press=press, key=_key(activity, value, press.key))
        return Said(message, is_answered_at_once=is_answered_at_once)
    parts = (_text(value, name) for name in ("day", "time", "typed"))
    text = legible(" ".join(filter(None, parts))).strip()
    if not text:
        return Unreadable(_spoken(activity), "hint_nothing_sent", is_answered_at_once)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    key = _key(activity, value, f"{_text(value, 'form')}{_SEPARATOR}{digest}")
    typed = replace(_spoken(activity, text, key=key), about=about)
    return Said(typed, is_answered_at_once=is_answered_at_once)


def _key(activity: Json, value: Json, what: str, *, has_turn: bool = True) -> str:
    """What makes a press the same press again: Teams sends one click several times, under several ids.

    <https://github.com/microsoft/BotFramework-Services/issues/59>
    """
    on = _text(activity, "replyToId") or (_text(value, "card") if has_turn else "")
    return f"press:{_address(activity).conversation}/{on}:{what}" if on else ""


def _no_button(activity: Json, *, is_answered_at_once: bool = False) -> Unreadable:
    return Unreadable(_spoken(activity), "hint_no_such_button", is_answered_at_once)


def _press(token: str) -> Press | None:
    """The press that a token of ours stands for; None when it is none of ours."""
    return Press.from_token(token) if _is_ours(token) else None


def _is_ours(text: str) -> bool:
    """Whether we could have put this text on a button."""
    return 0 < len(text) <= _LONGEST_TOKEN and legible(text) == text


# --- Invokes ----------------------------------------------------------------------------------------------


def _invoke(activity: Json) -> Received:
    value = _object(activity, "value")
    match _text(activity, "name"):
        case "adaptiveCard/action":
            data = _object(_object(value, "action"), "data")
            return _submitted(activity, data, is_answered_at_once=True)
        case "fileConsent/invoke":
            return _consent(activity, value)
        case name:
            return Ignored(name or "invoke", is_answered_at_once=True)


def _consent(activity: Json, value: Json) -> Received:
    """<https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/bots-filesv4>"""
    context, upload = _object(value, "context"), _object(value, "uploadInfo")
    run, number, name = _text(context, "run"), context.get("number"), _text(context, "file")
    if not (_is_ours(run) and isinstance(number, int) and number > 0 and _is_ours(name)):
        return _no_button(activity, is_answered_at_once=True)
    key = _key(activity, {}, f"file|{run}|{number}|{name}")
    return Consented(
        _spoken(activity, key=key),
        _text(value, "action") == "accept",
        run,
        number,
        name,
        _text(upload, "uploadUrl"),
        _text(upload, "contentUrl"),
        _text(upload, "uniqueId"),
    )


# --- Coming and going -------------------------------------------------------------------------------------


def _installation(activity: Json, action: str) -> Received:
    """Only what happens in somebody's own chat concerns us: we keep nothing of groups."""
    if not _address(activity).is_private:
        return Ignored(f"{action} in a group")
    match action:
        case "add" | "add-upgrade":
            return _added(activity)
        case "remove" | "remove-upgrade":
            return _removed(activity)
        case _:
            return Ignored(f"installation {action}")


def _members(activity: Json) -> Received:
    """Teams announces an installation here too, and sometimes only here."""
    own = _text(_object(activity, "recipient"), "id")
    if own and _address(activity).is_private:
        if any(_text(member, "id") == own for member in _objects(activity, "membersAdded")):
            return _added(activity)
        if any(_text(member, "id") == own for member in _objects(activity, "membersRemoved")):
            return _removed(activity)
    return Ignored("members")


def _added(activity: Json) -> Added:
    """A hello, once a day at most, however often Teams says that we were installed."""
    day = _text(activity, "timestamp")[:10]
    key = f"installed:{_address(activity).conversation}:{day}"
    return Added(_spoken(activity, press=Press("hello"), key=key))


def _removed(activity: Json) -> Removed:
    return Removed(_tenant(activity), _sender(activity).subject)


# --- Parts of an activity ---------------------------------------------------------------------------------


def _address(activity: Json) -> Address:
    conversation, _ = _conversation(activity)
    reference = Reference(
        tenant=_tenant(activity),
        conversation=conversation,
        service_url=_text(activity, "serviceUrl"),
        bot=_text(_object(activity, "recipient"), "id"),
        user=_text(_object(activity, "from"), "id"),
        locale=_text(activity, "locale"),
    )
    # Anything that does not call itself personal may have readers.
    kind = _text(_object(activity, "conversation"), "conversationType")
    return reference.address(is_private=kind == "personal")


def _sender(activity: Json) -> Identity:
    """Who speaks, as the tenant knows them; who is no member of it, such as a visitor of a meeting, as Teams does."""
    sender = _object(activity, "from")
    subject = _text(sender, "aadObjectId").lower() or _text(sender, "id")
    if not subject:
        raise NoActivity("it says nothing of who sent it")
    return Identity(CHANNEL, f"{_tenant(activity)}/{subject}")


def _tenant(activity: Json) -> str:
    tenant = _text(_object(_object(activity, "channelData"), "tenant"), "id") or _conversation(activity)[1]
    return tenant.lower()


def _conversation(activity: Json) -> tuple[str, str]:
    conversation = _object(activity, "conversation")
    return _text(conversation, "id"), _text(conversation, "tenantId")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _text(holder: Json, key: str) -> str:
    """A text of the activity that can be written down; empty where there is none."""
    value = holder.get(key)
    return legible(value) if isinstance(value, str) else ""


def _object(holder: Json, key: str) -> Json:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _objects(holder: Json, key: str) -> Sequence[Json]:
    value = holder.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
