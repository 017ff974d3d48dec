"""For the person who runs the coach: who is in the directory, what they may do, and how they come in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from bot import app as application
from bot.app import App
from bot.desk import hashed
from bot.errors import CoachError
from bot.person import Person, Right
from bot.settings import os_user, read_settings
from bot.store import access, audit, people
from bot.store.database import Transaction
from playbooks.loader import nearest

commands = typer.Typer(no_args_is_help=True, help="The directory: people, their rights, their way in.")

LINK_LIFETIME = timedelta(hours=24)
_NEEDED = ("id", "name", "site", "role")
_OPTIONAL = ("email", "zone", "language", "active", "rights")
_YES, _NO = frozenset({"", "yes", "true", "1"}), frozenset({"no", "false", "0"})

Name = Annotated[str, typer.Argument(help="The person's id, or exact name.")]


class ListRefused(CoachError):
    """A list of people that cannot be taken in; the message says what is wrong in which line."""


@commands.command("import")
def import_(file: Annotated[Path, typer.Argument(help="A CSV file with id, name, site, role, …")]) -> None:
    """Take in a list of people: new ones are added, known ones changed. All of it, or nothing."""
    with _opened() as app:
        wanted = read_people(file, app)
        with app.database.writing() as conn:
            added, changed = _take_in(conn, wanted)
    typer.echo(f"{added} added, {changed} changed, {len(wanted) - added - changed} as they were.")


@commands.command()
def grant(name: Name, right: Annotated[Right, typer.Argument(help="What they may do from now on.")]) -> None:
    """Give somebody a right."""
    with _opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        people.grant(conn, person.id, right)
        _note(conn, "right granted", person, after=right)
    typer.echo(f"{person.name} may now {right.replace('_', ' ')}.")


@commands.command()
def revoke(name: Name, right: Annotated[Right, typer.Argument(help="What they may no longer do.")]) -> None:
    """Take a right back."""
    with _opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        people.revoke(conn, person.id, right)
        _note(conn, "right revoked", person, before=right)
    typer.echo(f"{person.name} may no longer {right.replace('_', ' ')}.")


@commands.command()
def link(
    name: Name,
    address: Annotated[str, typer.Option(help="Where the coach is served.")] = "http://127.0.0.1:8000",
) -> None:
    """Make a link that signs somebody in once, within 24 hours. Hand it over in person."""
    with _opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        token = application.new_secret()
        access.make_link(conn, person.id, hashed(token), LINK_LIFETIME)
        _note(conn, "sign-in link made", person)
    typer.echo(f"{address.rstrip('/')}/in/{token}")


def read_people(file: Path, app: App) -> list[Person]:
    """The people in a CSV file. Raises ListRefused with everything that is wrong, line by line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ListRefused(f"{file} cannot be read: {error}; save it as CSV in UTF-8") from error
    rows = csv.DictReader(text.splitlines())
    columns = [column.strip() for column in rows.fieldnames or ()]
    if missing := [column for column in _NEEDED if column not in columns]:
        raise ListRefused(f"{file}:1: the columns {', '.join(missing)} are missing")
    if unknown := [column for column in columns if column not in (*_NEEDED, *_OPTIONAL)]:
        remedy = nearest(unknown[0], (*_NEEDED, *_OPTIONAL))
        raise ListRefused(f"{file}:1: unknown column {unknown[0]!r}; {remedy}")
    found: list[Person] = []
    problems: list[str] = []
    for row in rows:
        values = {name.strip(): (value or "").strip() for name, value in row.items() if name}
        where = f"{file}:{rows.line_num}"
        if wrong := list(_wrong_with(values, app, {person.id for person in found})):
            problems += [f"{where}: {each}" for each in wrong]
        else:
            found.append(_person(values, app))
    if problems:
        raise ListRefused("\n".join([*problems, "Nothing was taken in."]))
    return found


def _wrong_with(values: dict[str, str], app: App, seen: set[str]) -> Iterator[str]:
    for name in _NEEDED:
        if not values.get(name):
            yield f"{name} is empty"
    if values.get("id") in seen:
        yield f"the id {values['id']!r} stands twice; give each person their own"
    sites = app.library.sites
    if values.get("site") and values["site"] not in sites:
        yield f"unknown site {values['site']!r}; {nearest(values['site'], sites)}"
    if values.get("zone") and values["zone"] not in available_timezones():
        yield f"unknown time zone {values['zone']!r}; write it as Europe/Dublin"
    if values.get("active", "").lower() not in _YES | _NO:
        yield f"active is {values['active']!r}; write yes or no"
    for right in values.get("rights", "").split():
        if right not in set(Right):
            yield f"unknown right {right!r}; {nearest(right, set(Right))}"


def _person(values: dict[str, str], app: App) -> Person:
    site = app.library.sites[values["site"]]
    return Person(
        values["id"],
        values["name"],
        values["site"],
        values["role"],
        values.get("email", ""),
        values.get("zone") or site.zone,
        values.get("language") or site.language,
        values.get("active", "").lower() in _YES,
        frozenset(map(Right, values.get("rights", "").split())),
    )


def _take_in(conn: Transaction, wanted: list[Person]) -> tuple[int, int]:
    added = changed = 0
    for person in wanted:
        known = people.by_id(conn, person.id)
        if known is None:
            people.add(conn, person)
            _note(conn, "person added", person, after=" ".join(sorted(person.rights)))
            added += 1
        elif known != person:
            people.change(conn, person)
            before, after = (" ".join(sorted(each.rights)) for each in (known, person))
            _note(conn, "person changed", person, before=before, after=after)
            changed += 1
            if not person.is_active:
                access.close_all(conn, person.id)
    return added, changed


@contextmanager
def _opened() -> Iterator[App]:
    app = application.build(read_settings())
    try:
        application.must_be_migrated(app)
        yield app
    finally:
        app.close()


def _found(conn: Transaction, name: str) -> Person:
    if person := people.by_id(conn, name):
        return person
    match people.by_name(conn, name):
        case (only,):
            return only
        case ():
            known = [person.id for person in people.everyone(conn)]
            raise CoachError(f"nobody in the directory is {name!r}; {nearest(name, known)}")
        case several:
            ids = ", ".join(person.id for person in several)
            raise CoachError(f"{len(several)} people are called {name!r}; name one by id: {ids}")


def _note(conn: Transaction, action: str, person: Person, before: str = "", after: str = "") -> None:
    entry = audit.Entry(f"cli:{os_user()}", action, f"person:{person.id}", before=before, after=after)
    audit.append(conn, audit.ACCESS, [entry])
