"""What can be said on the command line, and what is said of a command line that is wrong: one line, never the usage."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lstmlint import __version__
from lstmlint.engine.configuration import CONFIDENCES, FAIL_ON
from lstmlint.engine.errors import UsageError, unknown
from lstmlint.quick import CACHE_FOLDER

COMMANDS = ("check", "explain", "rules", "server", "verify")
DEFAULT = "check"


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """A command line, its command under `command`; UsageError where it is wrong. One that names no command lints."""
    is_named = arguments[:1] and arguments[0] in (*COMMANDS, "-h", "--help", "--version")
    parser = _parser()
    options, left = parser.parse_known_args([*arguments] if is_named else [DEFAULT, *arguments])
    if left:
        raise UsageError(_unknown(left[0], parser, options.command))
    if not is_named:
        _refuse_late_command(arguments, options.paths)
    options.arguments = arguments
    return options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def _unknown(argument: str, parser: argparse.ArgumentParser, command: str) -> str:
    if not argument.startswith("-"):
        return f"`{argument}` is one argument too many"
    known = [name for action in _commands(parser)[command]._actions for name in action.option_strings]
    return unknown("option", argument.partition("=")[0], known)


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (commands,) = (action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands)


def _refuse_late_command(arguments: Sequence[str], paths: Sequence[str]) -> None:
    """Says so where a path is the name of a command, and no file or folder."""
    late = next((path for path in paths if path in COMMANDS and not os.path.lexists(path)), None)
    if late is not None:
        import shlex  # nothing else needs it

        others = [*arguments]
        others.remove(late)
        raise UsageError(f"the command comes first: `{shlex.join(['lstmlint', late, *others])}`")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lstmlint",
        description="Finds LSTM porting bugs: mistakes in recurrent models moved between Keras and PyTorch.",
        epilog="`lstmlint PATH...` lints; `lstmlint check --help` shows how it can be told what to look for.",
    )
    parser.add_argument("--version", action="version", version=f"lstmlint {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True)
    _add_check(commands.add_parser("check", help="lint files and folders", allow_abbrev=False))
    verify = commands.add_parser("verify", help="run models and hold findings against it", allow_abbrev=False)
    verify.description = (
        "Runs the models of the files that are named, in a process of its own, and says of each finding whether "
        "running confirms it. This executes your code."
    )
    _add_check(verify)
    verify.set_defaults(verify=True)
    explain = commands.add_parser("explain", help="show a rule's page", allow_abbrev=False)
    explain.add_argument("rule", metavar="RULE", help="the name or code of a rule")
    listing = commands.add_parser("rules", help="list all rules", allow_abbrev=False)
    listing.add_argument("--output-format", choices=("full", "json"), default="full", help="default: full")
    server = commands.add_parser("server", help="serve an editor, over standard input and output", allow_abbrev=False)
    _add_settings(server.add_argument_group("which settings"))
    for each in commands.choices.values():
        each.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    running = parser.add_argument_group("running models")
    running.add_argument("--verify", action="store_true", help="run the models, too; this executes your code")
    running.add_argument(
        "--python", type=_text, metavar="FILE", help="the interpreter that has the framework; default: this one"
    )
    running.add_argument("--timeout", type=_amount, default=60.0, metavar="SECONDS", help="per model; default: 60")
    running.add_argument("--memory", type=_amount, default=4.0, metavar="GB", help="per process; default: 4")
    running.add_argument("--gpu", action="store_true", help="let the program see the GPU")
    running.add_argument(
        "--show-refuted",
        "--show-suppressed",
        action="store_true",
        help="show the findings that running refutes, too",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders, - for standard input; default: .")
    choosing = parser.add_argument_group("which rules", "RULES: names, codes, beginnings of codes; commas between")
    for flag, text in (
        ("--select", "run only these"),
        ("--extend-select", "run these too"),
        ("--ignore", "do not run these"),
    ):
        choosing.add_argument(flag, action="append", type=_rules, metavar="RULES", help=text)
    choosing.add_argument("--min-confidence", choices=(*CONFIDENCES,), help="show what is so sure; default: likely")
    choosing.add_argument("--fail-on", choices=(*FAIL_ON,), help="end with 1 from this severity on; default: warning")
    files = parser.add_argument_group("which files and settings")
    files.add_argument(
        "--exclude", action="append", type=_parts, metavar="PATTERNS", help="leave out, as .gitignore would"
    )
    files.add_argument("--force-exclude", action="store_true", help="also leave out excluded files that are named")
    files.add_argument("--stdin-filename", type=_text, metavar="PATH", help="what the file on standard input is called")
    _add_settings(files)
    running = parser.add_argument_group("how it runs")
    running.add_argument("--jobs", "-j", type=_jobs, metavar="N", help="processes at most; default: one a core")
    where = f"where results are kept; default: ./{CACHE_FOLDER}"
    running.add_argument("--cache-dir", type=_text, metavar="FOLDER", help=where)
    running.add_argument("--no-cache", action="store_true", help="keep no results and use none")
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=("full", "concise", "json"), default="full", help="default: full")
    output.add_argument("--statistics", action="store_true", help="show only how often each rule was broken")
    output.add_argument("--quiet", "-q", action="store_true", help="show findings and nothing else")
    output.add_argument("--exit-zero", action="store_true", help="end with 0 whatever was found")
    output.add_argument("--debug", action="store_true", help="show where lstmlint failed, if it does")


def _add_settings(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--config", type=_file, metavar="FILE", help="use this configuration for every file")
    group.add_argument("--isolated", action="store_true", help="use no configuration")


def _jobs(text: str) -> int:
    """A number of processes."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not '{text}'")
    return int(text)


def _amount(text: str) -> float:
    """A number of seconds, or of gigabytes."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"a number above zero, not '{text}'")
    return number


def _text(text: str) -> str:
    """A value that says something."""
    if not text:
        raise argparse.ArgumentTypeError("the value is empty")
    return text


def _file(text: str) -> Path:
    return Path(_text(text))


def _parts(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _rules(text: str) -> tuple[str, ...]:
    found = _parts(text)
    if not found:
        raise argparse.ArgumentTypeError(f"names or codes of rules, not '{text}'")
    return found
