"""The root of the command line.

Decides where each command lives, how logging starts and how an error looks; commands are loaded
only when they are asked for, so that the bot's never import torch.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Sequence

import click
from pydantic import ValidationError

from qibu import logs

_COMMANDS = {
    "run": "bot.cli",
    "chat": "bot.cli",
    "bot": "bot.cli",
    "db": "bot.cli",
    "daily": "bot.cli",
    "worker": "model.cli",
    "compose": "model.cli",
    "reconstruct": "model.cli",
    "complete": "model.cli",
    "interpolate": "model.cli",
    "corpus": "model.cli_training",
    "train": "model.cli_training",
    "refine": "model.cli_training",
    "evaluate": "model.cli_training",
    "sample": "model.cli",
}

USAGE = 2
FAILURE = 1


class _Lazy(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, _ctx: click.Context | None) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        room = _COMMANDS.get(cmd_name)
        if room is None:
            return None
        command: click.Command = getattr(importlib.import_module(room), cmd_name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Log more, and show tracebacks.")
@click.version_option(package_name="qibu", prog_name="qibu")
def root(debug: bool) -> None:
    """Qibu 七步: a Telegram bot that writes classical Chinese verse.

    \b
    Example:
      qibu run                     the bot and its poet; with no token, a chat in the terminal
      qibu compose --count 3       three verses on standard output
    """
    logs.configure(logs.LogSettings(), debug=debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and exits: 0 done, 1 failed, 2 used wrongly; an error is one line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = root.main(given, prog_name="qibu", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(USAGE)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "qibu"
        _say(f"{error.format_message()} (see `{where} --help`)")
        sys.exit(USAGE)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(FAILURE)
    except click.ClickException as error:
        if "--debug" in given:
            raise
        _say(error.format_message())
        sys.exit(FAILURE)
    except ValidationError as error:
        if "--debug" in given:
            raise
        _say(_settings(error))
        sys.exit(USAGE)
    except Exception as error:
        if "--debug" in given:
            raise
        logging.getLogger("qibu").debug("failed", exc_info=True)
        _say(f"{type(error).__name__}: {error} (run with `qibu --debug …` for the details)")
        sys.exit(FAILURE)
    sys.exit(code if isinstance(code, int) else 0)


def _settings(error: ValidationError) -> str:
    """What is wrong with the settings, without the values: they may be secrets."""
    wrong = []
    for problem in error.errors(include_url=False, include_input=False):
        place = "_".join(str(part) for part in problem["loc"]).upper()
        name = place if place.startswith("QIBU_") else f"QIBU_{place}"
        wrong.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
    return "; ".join(wrong)


def _say(message: str) -> None:
    line = " ".join(logs.hide_secrets(message, ()).split())
    click.echo(f"qibu: {line}", err=True)
