"""For the quality unit: approving a version of a playbook for the site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import app as application
from bot import wall_clock
from bot.commands.opened import opened_database
from bot.content.approval_file import APPROVALS, replace_file, with_approval
from bot.content.library import Approval
from bot.content.reader import read_shelf
from bot.errors import CoachError
from bot.message import legible
from bot.settings import os_user, read_settings
from bot.store import audit
from bot.store.database import Database
from playbooks.script import Script


class ApprovalRefused(CoachError):
    """What cannot be approved; the message says why, and what would do."""


def approve(
    playbook: Annotated[str, typer.Argument(help="The playbook's id, such as deviation-open.")],
    name: Annotated[str, typer.Option(help="Who approves: the name that your records know.")],
    role: Annotated[str, typer.Option(help="In which role, such as 'Head of QA'.")],
    change: Annotated[str, typer.Option(help="The reference of your change record.")],
) -> None:
    """Approve a playbook as it stands now, in the folder that QMS_COACH_SITE names, and in the audit.

    What is approved is exactly this content: one changed word, in a sub-flow too, asks for a new approval.
    """
    settings = read_settings()
    application.must_last(settings)
    folder = settings.site_folder
    if folder is None:
        raise ApprovalRefused(
            "QMS_COACH_SITE names no folder: the invented site approves nothing; set it to your site's folder"
        )
    now = wall_clock.now()
    library = read_shelf(folder, today=now.date(), tries={playbook}, cache=settings.cache_folder).sound()
    script = library.script(playbook)
    if script.control.status != "released_by_maker":
        raise ApprovalRefused(
            f"{playbook} is {script.control.status}; what is approved must be released_by_maker first"
        )
    if earlier := library.approval(script):
        raise ApprovalRefused(
            f"version {script.version} of {playbook} was approved by {earlier.name}, {earlier.role}, "
            f"on {earlier.approved_on}, and has not changed since"
        )
    today = now.astimezone(library.site().place.zone).date().isoformat()
    approval = Approval(
        playbook,
        script.version,
        script.hash,
        _legible("--name", name),
        _legible("--role", role),
        _legible("--change", change),
        today,
    )
    with opened_database(settings) as database:
        keep(database, folder / APPROVALS, approval)
    typer.echo(f"{_named(script)} is approved. It holds when the processes of the coach have started again.")


def keep(database: Database, path: Path, approval: Approval) -> None:
    """Write the approval into the file and into the audit: both, or neither.

    1. Add to the audit, which makes whoever else approves wait.
    2. Read the file, and put the longer one in its place.
    3. Commit; where that fails, put the file back.
    """
    before: bytes | None = None
    is_written = False
    try:
        with database.writing() as conn:
            audit.append(conn, audit.CONFIG, [_entry(approval)])
            before = path.read_bytes() if path.exists() else None
            replace_file(path, with_approval(before or b"", approval, str(path)))
            is_written = True
    except BaseException:
        if is_written and before is None:
            path.unlink()
        elif is_written and before is not None:
            replace_file(path, before)
        raise


def _entry(approval: Approval) -> audit.Entry:
    return audit.Entry(
        f"cli:{os_user()}",
        "content approved",
        f"playbook:{approval.playbook}",
        after=f"version={approval.version} hash={approval.hash}",
        reason=approval.change_ref,
        on_behalf_of=f"{approval.name}, {approval.role}",
    )


def _legible(option: str, text: str) -> str:
    plain = " ".join(text.split())
    if not plain or legible(plain) != plain:
        raise ApprovalRefused(f"{option} is {text!r}; write it in letters that everybody can read")
    return plain


def _named(script: Script) -> str:
    return f"Version {script.version} of {script.id} (SHA-256 {script.hash})"
