"""The `pellucid` command: its list of subcommands, and how errors end it.

0    done
2    what was asked for is impossible; the message says what and why
130  Ctrl-C; 143 SIGTERM. What a run had reached is kept
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import warnings
from types import FrameType
from typing import NoReturn, TextIO

import click

from pellucid._version import __version__

COMMANDS = {
    "fit": "Train a network on a table and test it.",
    "predict": "Predict for the rows of a file.",
    "evaluate": "Test a trained network on the rows of a file.",
    "show": "Show what a run's folder holds.",
    "report": "Write the report of a finished run again.",
    "compare": "Set finished runs side by side.",
    "program": "Print the compiled program that a fit runs, and what it costs.",
    "find-rate": "Find a learning rate for a table.",
    "examples": "Run the examples of the course.",
}

IMPORTING = "<frozen importlib._bootstrap>"
"""Where Python's import is, among the frames of a program."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is asked for, so that help is quick."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the subcommands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a subcommand."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"pellucid.cli.{name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of subcommands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="pellucid %(version)s")
def pellucid() -> None:
    """Deep learning you can see through: fit data with neural networks.

    Begin with: pellucid fit breast-cancer
    """


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    from pellucid.errors import PellucidError

    warnings.showwarning = _show_warning
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        code = pellucid.main(prog_name="pellucid", standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        code = 130
    except BrokenPipeError:
        # The reader of a pipe went away; closing stdout again would complain once more.
        sys.stderr.close()
        code = 0
    except PellucidError as error:
        _say(f"Error: {error}")
        code = 2
    except OSError as error:
        _say(f"Error: {error.filename or ''}: {error.strerror or error}".replace(": :", ":"))
        code = 2
    except MemoryError:
        _say("Error: there is not enough memory for this")
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    """End as Ctrl-C does, so that what is being done can clean up and say how to go on."""
    raise SystemExit(128 + number)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt, or end at once where a library is being loaded.

    Libraries that are interrupted while they load say so in tracebacks or errors of their own, and
    by then everything that a run is resumed from is in its folder.
    """
    loading = frame
    while loading is not None:
        if loading.f_code.co_filename == IMPORTING:
            _say("interrupted")
            os._exit(130)
        loading = loading.f_back
    raise KeyboardInterrupt


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning as a person would read it, without the place in the source."""
    _say(f"note: {message}")


def _say(text: str) -> None:
    click.echo(text, err=True)
