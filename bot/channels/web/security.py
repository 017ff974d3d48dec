"""Who may make the chat do something: cookies, forged forms, headers and how much at once.

Cookies: the `__Host-` prefix makes a browser refuse the cookie unless it came by https from this very host
<https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie>; over plain http only this machine itself
is served. Forged forms: a token bound to the session, and the browser's own word about where a form came from
<https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html>.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections import OrderedDict, deque
from typing import Final

from aiohttp import web

SESSION: Final = "coach"
VISIT: Final = "coach-visit"
TERMINAL: Final = "coach-terminal"
REFUSED: Final = "coach-refused"

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Pico draws its check marks as data URIs
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, a browser sends `Origin: null` with our own forms
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Answers every question about whether a request may do what it asks."""

    def __init__(self, secret_key: str, *, behind_proxy: bool) -> None:
        if not secret_key:
            msg = "the web chat needs a secret key; set QMS_COACH_SECRET_KEY"
            raise ValueError(msg)
        self._key = secret_key.encode()
        self._behind_proxy = behind_proxy

    def is_https(self, request: web.Request) -> bool:
        """Whether the browser speaks https with us, or with the proxy in front of us."""
        if request.secure:
            return True
        forwarded = request.headers.get("X-Forwarded-Proto", "") if self._behind_proxy else ""
        return forwarded.split(",")[-1].strip().lower() == "https"

    def is_safe_line(self, request: web.Request) -> bool:
        """Https, or this machine talking to itself: the host is checked too, so that a rebound name gains nothing."""
        return self.is_https(request) or _is_loopback(request.host)

    def client(self, request: web.Request) -> str:
        """The address to count requests by: the one our proxy saw, else the one that connected."""
        forwarded = request.headers.get("X-Forwarded-For", "") if self._behind_proxy else ""
        return forwarded.split(",")[-1].strip() or request.remote or ""

    def headers(self, request: web.Request) -> dict[str, str]:
        """The headers every answer of the chat carries."""
        return HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if self.is_https(request) else {})

    def cookie(self, request: web.Request, name: str = SESSION) -> str:
        """The secret in a cookie of ours, or nothing."""
        return request.cookies.get(self._name(request, name), "")

    def give(
        self,
        request: web.Request,
        response: web.StreamResponse,
        secret: str,
        name: str = SESSION,
        *,
        max_age: int | None = None,
    ) -> None:
        """Put a secret into the browser, readable by us alone, for `max_age` seconds; else until the browser closes."""
        response.set_cookie(
            self._name(request, name),
            secret,
            path="/",
            max_age=max_age,
            secure=self.is_https(request),
            httponly=True,
            samesite="Lax",
        )

    def take_back(self, request: web.Request, response: web.StreamResponse, name: str = SESSION) -> None:
        """Remove a cookie of ours from the browser."""
        response.del_cookie(
            self._name(request, name), path="/", secure=self.is_https(request), httponly=True, samesite="Lax"
        )

    def _name(self, request: web.Request, name: str) -> str:
        return f"__Host-{name}" if self.is_https(request) else name

    def form_token(self, cookie: str) -> str:
        """What a form of the browser with this cookie carries; another browser's is worth nothing here."""
        return hmac.new(self._key, b"form:" + cookie.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def is_own_form(self, request: web.Request, cookie: str, token: str) -> bool:
        """Whether a form was filled in on our page, in this browser."""
        return (
            bool(cookie)
            and self._came_from_us(request)
            and hmac.compare_digest(self.form_token(cookie).encode(), token.encode("utf-8", "replace"))
        )

    def _came_from_us(self, request: web.Request) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None and site != "same-origin":
            return False
        origin = request.headers.get("Origin")
        return origin is None or origin == f"{'https' if self.is_https(request) else 'http'}://{request.host}"


def _is_loopback(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Pace:
    """How often somebody may do something: `most` times in `seconds`. Forgets those who are silent longest."""

    def __init__(self, most: int, seconds: float, remembered: int = 10_000) -> None:
        self._most = most
        self._seconds = seconds
        self._remembered = remembered
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, who: str, now: float) -> float:
        """Zero when they may, and it counts; else the seconds until they may. `now` is any steady clock."""
        times = self._times.setdefault(who, deque())
        self._times.move_to_end(who)
        while len(self._times) > self._remembered:
            self._times.popitem(last=False)
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + self._seconds - now
        times.append(now)
        return 0.0
