"""For the person who runs the coach: who is in the directory, what they may do, and how they come in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from bot import app as application
from bot.app import App
from bot.chat_desk import chat_code_hash
from bot.commands.opened import opened
from bot.content.site_file import nearest_zone
from bot.doorkeeper import hashed
from bot.errors import CoachError
from bot.message import legible
from bot.person import Person, Right
from bot.settings import os_user
from bot.site import Site
from bot.store import access, audit, people, terminals
from bot.store.database import Transaction
from playbooks.loader import nearest

commands = typer.Typer(no_args_is_help=True, help="The directory: people, their rights, their way in.")

LINK_LIFETIME = timedelta(hours=24)
_NEEDED = ("id", "name", "site", "role")
_OPTIONAL = ("email", "zone", "language", "active", "rights")
_YES, _NO = frozenset({"", "yes", "true", "1"}), frozenset({"no", "false", "0"})
_ID = re.compile(r"[\w@+][\w.@+-]{0,99}")  # no ':', so that nobody is 'cli:root' in the audit
_OURS = frozenset({"system"})  # who the audit says did what nobody did
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

Address = Annotated[str, typer.Option(help="Where people open the coach, such as https://coach.example.org.")]
Name = Annotated[str, typer.Argument(help="The person's id, or exact name.")]
Line = dict[str, str]  # one line of a list of people: what it says, by column


class ListRefused(CoachError):
    """A list of people that cannot be taken in; the message says what is wrong in which line."""


@commands.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV file: id, name, site, role; where you like also email, zone, language, active, rights."
        ),
    ],
) -> None:
    """Take in a list of people: new ones are added, known ones changed. All of it, or nothing.

    Somebody who is not in the list stays as they are, and so does what a column says that the list does not have.
    """
    with opened() as app:
        wanted = read_people(file, app.library.sites)
        with app.database.writing() as conn:
            added, changed = _take_in(conn, wanted, app.library.sites)
    typer.echo(f"{added} added, {changed} changed, {len(wanted) - added - changed} as they were.")


@commands.command()
def grant(name: Name, right: Annotated[Right, typer.Argument(help="What they may do from now on.")]) -> None:
    """Give somebody a right."""
    with opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        is_new = right not in person.rights
        if is_new:
            people.grant(conn, person.id, right)
            _note(conn, _entry("right granted", person, after=right))
    typer.echo(f"{person.name} {'may now' if is_new else 'already may'} {right.replace('_', ' ')}.")


@commands.command()
def revoke(name: Name, right: Annotated[Right, typer.Argument(help="What they may no longer do.")]) -> None:
    """Take a right back."""
    with opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        is_new = right in person.rights
        if is_new:
            people.revoke(conn, person.id, right)
            _note(conn, _entry("right revoked", person, before=right))
    typer.echo(f"{person.name} {'may no longer' if is_new else 'already may not'} {right.replace('_', ' ')}.")


@commands.command()
def link(
    name: Name,
    address: Address = "",
    code: Annotated[
        bool, typer.Option("--code", help="Make a personal code for shared terminals instead.")
    ] = False,
    chat: Annotated[
        bool,
        typer.Option("--chat", help="Make a code instead that they send to the coach in Slack or Teams."),
    ] = False,
) -> None:
    """Make a link that signs somebody in once, within 24 hours, or a code. Hand it over in person."""
    with opened() as app, app.database.writing() as conn:
        person = _found(conn, name)
        if not person.is_active:
            what = "code" if code or chat else "link"
            raise CoachError(f"{person.name} is no longer active, so a {what} would not let them in")
        if chat:
            shown = _new_chat_code(conn, person)
        else:
            shown = _new_code(conn, person) if code else _new_link(conn, person, page_of(app, address))
    typer.echo(shown)


def page_of(app: App, address: str) -> str:
    """Where people open the coach: as given, else on this machine. Raises CoachError for what is no page."""
    if address and not address.startswith(("https://", "http://")):
        raise CoachError(f"{address!r} is no address of a page; write it as https://{address}")
    return (address or f"http://127.0.0.1:{app.settings.port}").rstrip("/")


def read_people(file: Path, sites: Mapping[str, Site]) -> list[Line]:
    """The lines of a CSV file of people. Raises ListRefused with everything that is wrong, line by line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ListRefused(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ListRefused(f"{file} is not UTF-8 text; save it as 'CSV UTF-8'") from error
    try:
        columns, rows = _table(file, text)
    except csv.Error as error:
        raise ListRefused(f"{file} cannot be read as CSV: {error}") from error
    lines = [
        (where, dict(zip_longest(columns, cells[: len(columns)], fillvalue=""))) for where, cells in rows
    ]
    ids = Counter(line["id"] for _, line in lines)
    problems = [
        f"{where}: {len(cells)} cells, where the first line has {len(columns)}; put text with a comma in quotes"
        for where, cells in rows
        if len(cells) > len(columns)
    ]
    problems += [f"{where}: {wrong}" for where, line in lines for wrong in _wrong_with(line, sites, ids)]
    if problems:
        raise ListRefused("\n".join([*problems, "Nothing was taken in."]))
    return [line for _, line in lines]


def _table(file: Path, text: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The columns, and the cells of each line with its file and number. Some spreadsheets part cells with ';'."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",")
    columns = [column.strip() for column in next(reader, [])]
    if missing := [column for column in _NEEDED if column not in columns]:
        remedy = "name the columns in the first line"
        raise ListRefused(f"{file}:1: there is no column {', '.join(missing)}; {remedy}")
    for column in columns:
        if column not in (*_NEEDED, *_OPTIONAL):
            remedy = nearest(column, (*_NEEDED, *_OPTIONAL))
            raise ListRefused(f"{file}:1: unknown column {column!r}; {remedy}")
        if columns.count(column) > 1:
            raise ListRefused(f"{file}:1: the column {column!r} stands twice; keep one")
    rows = [(f"{file}:{reader.line_num}", [" ".join(cell.split()) for cell in cells]) for cells in reader]
    return columns, [(where, cells) for where, cells in rows if any(cells)]


def _wrong_with(line: Line, sites: Mapping[str, Site], ids: Mapping[str, int]) -> Iterator[str]:
    for column in _NEEDED:
        if not line[column]:
            yield f"{column} is empty"
    for column, value in line.items():
        if legible(value) != value:
            yield f"{column} holds a character that nobody can see; type it again"
    if line["id"] and (not _ID.fullmatch(line["id"]) or line["id"] in _OURS):
        yield f"the id {line['id']!r} cannot be used; write letters, digits and . _ - @ +"
    if line["id"] and ids[line["id"]] > 1:
        yield f"the id {line['id']!r} stands {ids[line['id']]} times; give each person their own"
    if line["site"] and line["site"] not in sites:
        yield f"unknown site {line['site']!r}; {nearest(line['site'], sites)}"
    if line.get("email") and not _EMAIL.fullmatch(line["email"]):
        yield f"{line['email']!r} is no e-mail address; write it as name@example.org"
    if line.get("zone") and line["zone"] not in available_timezones():
        yield f"unknown time zone {line['zone']!r}; {nearest_zone(line['zone'])}"
    if line.get("language") and not _LANGUAGE.fullmatch(line["language"]):
        yield f"language is {line['language']!r}; write its code, such as en"
    if line.get("active", "").lower() not in _YES | _NO:
        yield f"active is {line['active']!r}; write yes or no"
    for right in line.get("rights", "").split():
        if right not in set(Right):
            yield f"unknown right {right!r}; {nearest(right, map(str, Right))}"


def _person(line: Line, site: Site, known: Person | None) -> Person:
    """The person a line means. What the list has no column for stays as it is known, or comes from the site."""
    stays = known or Person(line["id"], "", "", "")
    has_moved = stays.site != site.id
    return Person(
        line["id"],
        line["name"],
        site.id,
        line["role"],
        line.get("email", stays.email),
        line.get("zone", "" if has_moved else stays.zone) or site.zone,
        line.get("language", "" if has_moved else stays.language) or site.language,
        line["active"].lower() in _YES if "active" in line else stays.is_active,
        frozenset(map(Right, line["rights"].split())) if "rights" in line else stays.rights,
    )


def _take_in(conn: Transaction, wanted: Collection[Line], sites: Mapping[str, Site]) -> tuple[int, int]:
    """Enter and change people; how many of each.

    The people first, in the order of their ids, and the audit last: everybody who locks both does so, and two
    transactions never wait for each other.
    """
    people.lock(conn, [line["id"] for line in wanted])
    directory = {person.id: person for person in people.everyone(conn)}
    entries = []
    added = changed = 0
    for line in sorted(wanted, key=lambda line: line["id"]):
        known = directory.get(line["id"])
        person = _person(line, sites[line["site"]], known)
        if known is None:
            people.add(conn, person)
            entries.append(_entry("person added", person, after=_codes(person)))
            added += 1
        elif known != person:
            people.change(conn, person)
            entries.append(_entry("person changed", person, _codes(known), _codes(person)))
            changed += 1
            if not person.is_active:
                access.close_all(conn, person.id)
    audit.append(conn, audit.ACCESS, entries)
    return added, changed


def _new_link(conn: Transaction, person: Person, page: str) -> str:
    token = application.new_secret()
    access.make_link(conn, person.id, hashed(token), LINK_LIFETIME)
    _note(conn, _entry("sign-in link made", person))
    return f"{page}/in/{token}"


def _new_code(conn: Transaction, person: Person) -> str:
    """Six digits, kept as a slow hash only: whoever forgets them needs new ones."""
    code = application.new_code()
    terminals.set_code(conn, person.id, code, application.new_salt())
    _note(conn, _entry("personal code made", person))
    return code


def _new_chat_code(conn: Transaction, person: Person) -> str:
    """Twelve letters and digits, in three groups: what they are sent from in Slack or Teams is this person's from then on."""
    code = application.new_chat_code()
    access.make_link(conn, person.id, chat_code_hash(code), LINK_LIFETIME)
    _note(conn, _entry("chat code made", person))
    return code


def _found(conn: Transaction, name: str) -> Person:
    if person := people.by_id(conn, name):
        return person
    match people.by_name(conn, name):
        case (only,):
            return only
        case ():
            known = people.everyone(conn)
            words = {word for person in known for word in (person.id, person.name)}
            remedy = (
                nearest(name, words) or "the directory is empty; add people with: qms-coach people import"
            )
            raise CoachError(f"nobody in the directory is {name!r}; {remedy}")
        case several:
            ids = ", ".join(person.id for person in several)
            raise CoachError(f"{len(several)} people are called {name!r}; name one by id: {ids}")


def _codes(person: Person) -> str:
    """What the audit keeps of a person: codes, never a name or an address."""
    active, rights = "yes" if person.is_active else "no", ",".join(sorted(person.rights)) or "none"
    return f"site={person.site} role={person.role} active={active} rights={rights}"


def _entry(action: str, person: Person, before: str = "", after: str = "") -> audit.Entry:
    return audit.Entry(f"cli:{os_user()}", action, f"person:{person.id}", before=before, after=after)


def _note(conn: Transaction, entry: audit.Entry) -> None:
    audit.append(conn, audit.ACCESS, [entry])
