"""What Slack is told about the app when somebody creates it: its name, what it may do, and what it wants to hear of.

<https://docs.slack.dev/reference/app-manifest>. `qms-coach slack manifest` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.channels.slack import blocks

EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"

# Every scope with its reason. The first are needed; without the optional ones something is done another way.
SCOPES: Final[Mapping[str, str]] = {
    "chat:write": "to write to people: questions, answers, and messages that change after a button was used",
    "im:history": "to hear what people write to the coach, and to look whether a message of its own arrived",
    "im:write": "to open the direct messages with a person, so that the coach can write first",
    "app_mentions:read": "to hear a question in a channel, only where the coach is mentioned",
    "commands": "for the command /coach and the two shortcuts",
    "users:read": "to know a person's time zone and language, and whether the account is a guest's",
    "files:write": "to send a draft as a file",
    "files:read": "to take a photo or a PDF that a person sends to the coach",
    "assistant:write": "to offer suggestions in the conversation, and to say that an answer takes a moment",
}
OPTIONAL_SCOPES: Final[Mapping[str, str]] = {
    "users:read.email": "to recognise people by their confirmed work address; without it, by one-time codes",
}
EVENTS: Final = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)

_NAME = "QMS Coach"
_SHORT = "Coaches you through quality events, one question at a time."
_LONG = (
    "QMS Coach asks one short question at a time when something deviates, says what to do first, and where that is"
    " written. In the end you have a draft for your quality system. The coach decides nothing and makes no record: the"
    " record stays in your QMS. Write to it in private, mention it in a channel to ask a question, or use /coach."
)
_PROMPTS = (
    ("Report a deviation", "start a deviation"),
    ("Continue where I was", "continue"),
    ("What waits for me?", "waiting for me"),
    ("What can you do?", "help"),
)


def manifest(base_url: str, *, socket_mode: bool) -> dict[str, Any]:
    """The app's manifest, for a coach that is reached at `base_url`, or that opens a socket itself."""
    base = base_url.rstrip("/")
    events_url = {} if socket_mode else {"request_url": base + EVENTS_PATH}
    command_url = {} if socket_mode else {"url": base + EVENTS_PATH}
    redirects = {} if socket_mode else {"redirect_urls": [base + REDIRECT_PATH]}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": _NAME,
            "description": _SHORT,
            "long_description": _LONG,
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": _NAME, "always_online": True},
            "agent_view": {
                "agent_description": _SHORT,
                "suggested_prompts": [{"title": title, "message": said} for title, said in _PROMPTS],
            },
            "slash_commands": [
                {
                    "command": "/coach",
                    "description": "Say something to the coach, from anywhere",
                    "usage_hint": "help | deviation | my drafts | waiting for me | stop",
                    "should_escape": False,
                    **command_url,
                }
            ],
            "shortcuts": [
                {
                    "name": "Start a playbook",
                    "type": "global",
                    "callback_id": blocks.START,
                    "description": "Begin with the coach, in your private chat with it",
                },
                {
                    "name": "Coach me on this",
                    "type": "message",
                    "callback_id": blocks.CONSIDER,
                    "description": "Think this message through with the coach, in private",
                },
            ],
        },
        "oauth_config": {
            **redirects,
            "scopes": {"bot": sorted({*SCOPES, *OPTIONAL_SCOPES}), "bot_optional": sorted(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **events_url},
            "interactivity": {"is_enabled": True, **events_url},
            "org_deploy_enabled": True,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }
