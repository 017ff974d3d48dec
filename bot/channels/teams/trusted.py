"""Which addresses we speak to: our token goes to Microsoft's services and to nobody else.

An activity says itself where its answers go. Kept and believed, that would send our token to whoever wrote it
<https://owasp.org/www-community/attacks/Server_Side_Request_Forgery>; so it is checked when it comes and again
whenever it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from bot.channels.teams.options import TeamsRefused

_SERVICE = "smba.trafficmanager.net"  # Teams' own, for every region
_SERVICES = (".botframework.com",)

# Where Teams keeps the files of a personal chat: the OneDrive of the person, which is SharePoint for a company.
# They come with an address that opens one file, so no token of ours goes there.
_FILES = (".sharepoint.com", ".1drv.com", ".1drv.ms")

_HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})


class Trusted:
    """The services we answer to: Microsoft's, and those that the administrator named, such as another cloud's.

    A name is `https://host` or just the host. Plain http is believed of this machine alone.
    Raises TeamsRefused where it is no such name.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        self._more = frozenset(map(_origin_named, filter(None, (each.strip() for each in more))))

    def is_service(self, url: str) -> bool:
        """Whether answers, and our token with them, may go there."""
        parts = _split(url)
        if parts is None:
            return False
        return _origin(parts) in self._more or _is_https_at(parts, (_SERVICE,), _SERVICES)

    def is_file(self, url: str) -> bool:
        """Whether a file may be fetched from there, or put there."""
        parts = _split(url)
        if parts is None:
            return False
        return _origin(parts) in self._more or _is_https_at(parts, (), _FILES)


def _is_https_at(parts: SplitResult, hosts: tuple[str, ...], endings: tuple[str, ...]) -> bool:
    name = (parts.hostname or "").lower()
    is_there = name in hosts or name.endswith(endings)
    return parts.scheme == "https" and parts.port in {None, 443} and is_there


def _split(url: str) -> SplitResult | None:
    """The parts of an address that every program reads alike; None for any other."""
    try:
        parts = urlsplit(url)
        match = _HOST.fullmatch(parts.netloc)
        port = parts.port
    except ValueError:
        return None
    is_plain = match is not None and port != 0 and url.isascii() and url.isprintable() and "\\" not in url
    return parts if is_plain and parts.scheme in {"https", "http"} else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    name = (parts.hostname or "").lower()
    return parts.scheme, name, parts.port or (443 if parts.scheme == "https" else 80)


def _origin_named(name: str) -> tuple[str, str, int]:
    parts = _split(name if "://" in name else f"https://{name}")
    if parts is None or (parts.scheme == "http" and parts.hostname not in _THIS_MACHINE):
        raise TeamsRefused(
            f"TEAMS_SERVICE_URLS names {name!r}, which is no https address; write https://host"
        )
    return _origin(parts)
