"""The app package that an administrator uploads: the manifest and two icons, the same bytes from the same answers.

The manifest follows schema 1.25 <https://learn.microsoft.com/en-us/microsoft-365/extensibility/schema/root?view=m365-app-1.25>.
It asks for no permission: the coach hears its own chats, and in groups only what mentions it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bot.channels.teams.icon import ACCENT, colour_icon, outline_icon
from bot.channels.teams.options import TeamsRefused

VERSION = "1.0.0"  # raise it with every change below, or Teams keeps the package it has
_SCHEMA = "https://developer.microsoft.com/en-us/json-schemas/teams/v1.25/MicrosoftTeams.schema.json"
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, for a zip file

# What the menu offers is sent as if it had been typed.
_PERSONAL = {
    "Help": "What I can do, and what you can start",
    "Start a deviation": "Write up what happened, one question at a time",
    "My runs": "What you have open, and where it stands",
    "My drafts": "The drafts you have made",
    "Waiting for me": "What others need from you",
    "Who sees this": "Who can read what you write here",
}
_SHARED = {"Help": "What you can ask me here"}


def build_package(app_id: str, base_url: str, *, privacy_url: str = "", terms_url: str = "") -> bytes:
    """The package as a zip file, for the bot with this app id at this https address. Raises TeamsRefused."""
    manifest = build_manifest(app_id, base_url, privacy_url=privacy_url, terms_url=terms_url)
    files = {
        "manifest.json": json.dumps(manifest, indent=2).encode(),
        "color.png": colour_icon(),
        "outline.png": outline_icon(),
    }
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return package.getvalue()


def build_manifest(
    app_id: str, base_url: str, *, privacy_url: str = "", terms_url: str = ""
) -> Mapping[str, Any]:
    """What Teams is told of the app. Raises TeamsRefused."""
    app_id, host = _guid(app_id), _host(base_url)
    base_url = base_url.rstrip("/")
    return {
        "$schema": _SCHEMA,
        "manifestVersion": "1.25",
        "version": VERSION,
        "id": app_id,
        "developer": {
            "name": "QMS Coach",
            "websiteUrl": base_url,
            "privacyUrl": privacy_url or base_url,
            "termsOfUseUrl": terms_url or base_url,
        },
        "name": {"short": "QMS Coach", "full": "QMS Coach for quality people"},
        "description": {
            "short": "Write up a deviation one question at a time, and ask about quality.",
            "full": (
                "The coach asks one question at a time and turns your answers into a draft for your own quality"
                " system. In a personal chat it keeps your runs and drafts. In groups and channels it answers"
                " questions when it is mentioned, and keeps nothing. It is no quality record and signs nothing."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": app_id,
                "scopes": ["personal", "groupChat", "team"],
                "supportsFiles": True,
                "isNotificationOnly": False,
                "commandLists": [
                    {"scopes": ["personal"], "commands": _commands(_PERSONAL)},
                    {"scopes": ["groupChat", "team"], "commands": _commands(_SHARED)},
                ],
            }
        ],
        "validDomains": [host],
        "defaultInstallScope": "personal",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def _commands(menu: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"title": title, "description": description} for title, description in menu.items()]


def _guid(app_id: str) -> str:
    try:
        return str(UUID(app_id))
    except ValueError:
        raise TeamsRefused(f"TEAMS_APP_ID is {app_id!r}, which is no application id") from None


def _host(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme != "https" or not parts.hostname:
        raise TeamsRefused(f"{base_url!r} is no https address; write https://coach.example.com")
    return parts.hostname
