"""Who may come in, and how: one-time links, personal codes at shared terminals, the people of a demo. All of it audited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.person import Person
from bot.store import access, audit, people, terminals
from bot.store.database import Database, Transaction
from bot.store.terminals import Try

IDLE = timedelta(hours=1)
SHARED_IDLE = timedelta(minutes=3)  # at a terminal that many people use
ABSOLUTE = timedelta(hours=12)  # one long shift
PHONE_LINK_LIFETIME = timedelta(minutes=10)
_SHARED = "shared."  # how the secret of a session at a shared terminal begins; its hash covers this too


class Doorkeeper:
    """Opens and ends sessions, each call in a transaction of its own. `personas` are the people of a demo."""

    def __init__(
        self, database: Database, new_secret: Callable[[], str], personas: Sequence[Person] = ()
    ) -> None:
        self._database, self._new_secret = database, new_secret
        self._persona_ids = {person.id for person in personas}

    def person_of(self, cookie: str, is_use: bool) -> Person | None:
        """Who is signed in with `cookie`; None when nobody is any more."""
        idle = SHARED_IDLE if cookie.startswith(_SHARED) else IDLE
        with self._database.writing() as conn:
            return access.person_of_browser(conn, hashed(cookie), idle, ABSOLUTE, is_use=is_use)

    def redeem(self, token: str, is_shared: bool) -> str | None:
        """Use up a one-time sign-in link; the secret for the browser's cookie, or None when it is spent."""
        with self._database.writing() as conn:
            person_id = access.redeem_link(conn, hashed(token))
            return self._open(conn, person_id, "link redeemed", is_shared) if person_id else None

    def become(self, person_id: str, is_shared: bool) -> str | None:
        """The secret for the cookie of a demo person; None for anybody else."""
        if person_id not in self._persona_ids:
            return None
        with self._database.writing() as conn:
            return self._open(conn, person_id, "demo persona", is_shared)

    def sign_out(self, cookie: str) -> None:
        """End the session of `cookie`."""
        with self._database.writing() as conn:
            access.close_browser(conn, hashed(cookie))

    def make_phone_link(self, person_id: str) -> str | None:
        """The token of a one-time link for this person; None when they have left."""
        token = self._new_secret()
        with self._database.writing() as conn:
            person = people.by_id(conn, person_id)
            if person is None or not person.is_active:
                return None
            access.make_link(conn, person_id, hashed(token), PHONE_LINK_LIFETIME)
            _note(conn, person_id, "sign-in link made", f"person:{person_id}", "to continue on a phone")
        return token

    # Shared terminals

    def enrol(self, token: str) -> str | None:
        """Make a browser a shared terminal; the secret for its cookie, or None when the link is spent."""
        secret = self._new_secret()
        with self._database.writing() as conn:
            site = terminals.enrol(conn, hashed(token), hashed(secret))
            if site is None:
                return None
            _note(conn, "system", "terminal enrolled", f"site:{site}", "link redeemed")
        return secret

    def site_of_terminal(self, cookie: str) -> str | None:
        """The site whose shared terminal this browser is; None when it is none."""
        with self._database.reading() as conn:
            return terminals.site_of(conn, hashed(cookie))

    def people_of_terminal(self, cookie: str) -> tuple[Person, ...]:
        """The people who can sign in at this terminal, by name."""
        with self._database.reading() as conn:
            site = terminals.site_of(conn, hashed(cookie))
            return terminals.people_with_code(conn, site) if site else ()

    def begin_try(self, cookie: str, person_id: str) -> Try | None:
        """Count one try at a person's code; None where this terminal knows no such person, or no try is left."""
        with self._database.writing() as conn:
            return terminals.begin_try(conn, person_id) if self._is_here(conn, cookie, person_id) else None

    def end_try(self, cookie: str, person_id: str, tried: Try, is_right: bool) -> str:
        """The secret of a new session at the terminal; empty where the code was wrong, which the audit keeps.

        Judging the code took a moment, so the terminal, the person and the code are looked at again.
        """
        with self._database.writing() as conn:
            if (
                is_right
                and self._is_here(conn, cookie, person_id)
                and terminals.forget_tries(conn, person_id, tried)
            ):
                return self._open(conn, person_id, "code at a shared terminal", is_shared=True)
            action = "sign-in refused" if tried.left else "code locked"
            reason = f"wrong code at a shared terminal, {tried.left} tries left"
            _note(conn, "system", action, f"person:{person_id}", reason)
        return ""

    @staticmethod
    def _is_here(conn: Transaction, cookie: str, person_id: str) -> bool:
        site, person = terminals.site_of(conn, hashed(cookie)), people.by_id(conn, person_id)
        return person is not None and person.is_active and person.site == site

    def _open(self, conn: Transaction, person_id: str, how: str, is_shared: bool) -> str:
        secret = f"{_SHARED if is_shared else ''}{self._new_secret()}"
        access.open_browser(conn, person_id, hashed(secret))
        people.lock(conn, [person_id])
        _note(conn, person_id, "signed in", f"person:{person_id}", how)
        return secret


def hashed(secret: str) -> str:
    """What is kept of a secret that somebody else holds."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _note(conn: Transaction, actor: str, action: str, what: str, reason: str) -> None:
    audit.append(conn, audit.ACCESS, [audit.Entry(actor, action, what, reason=reason)])
