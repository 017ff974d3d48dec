"""The commands: `qms-coach …`, or `python -m bot …`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from bot.errors import CoachError

# Where each command stands. Only the one that was asked for is imported, so that a short one starts fast.
COMMANDS = {
    "demo": "processes:demo",
    "chat": "conversations:chat",
    "serve": "processes:serve",
    "worker": "processes:worker",
    "clock": "processes:clock",
    "migrate": "processes:migrate",
    "ask": "asking:ask",
    "clauses": "clauses:clauses",
    "confusion": "confusion:confusion",
    "play": "conversations:play",
    "coach-text": "coaching:coach_text",
    "check": "content:check",
    "graph": "content:graph",
    "approve": "approval:approve",
    "people": "directory:commands",
    "terminal": "terminals:commands",
    "audit": "watch:commands",
    "doctor": "watch:doctor",
    "maturity": "maturity:maturity",
    "questions": "questions:commands",
    "slack": "chat_apps:slack",
    "teams": "chat_apps:teams",
}


class Commands(TyperGroup):
    """The commands; what goes wrong on purpose in one of them is a sentence or two, never a stack trace."""

    def invoke(self, ctx: Any) -> Any:  # which contexts they are differs between typer's releases
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except CoachError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """The command line with the command that the arguments ask for, or with all when they ask for none."""
    cli = typer.Typer(
        cls=Commands,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="A coach for quality people in pharma plants. It coaches; the record stays in your site's QMS.",
    )
    cli.callback()(lambda: None)  # with one command only, its name would not be expected
    asked = [name for name in arguments[:1] if name in COMMANDS] or list(COMMANDS)
    for name in asked:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(f"bot.commands.{module}"), attribute)
        if isinstance(command, typer.Typer):
            cli.add_typer(command, name=name)
        else:
            cli.command(name)(command)
    return cli


def main() -> None:
    """Run the command that was typed."""
    command_line(sys.argv[1:])(prog_name="qms-coach")


if __name__ == "__main__":
    main()
