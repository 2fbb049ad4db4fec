"""Arguments to calls, nothing else: `lstmlint [check] PATH...`, `lstmlint explain RULE`, `lstmlint rules`.

Ends with 0 where nothing was found that fails the run, 1 where something was, and 2 where the arguments, a path, a
configuration or lstmlint itself were wrong.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from lstmlint import __version__
from lstmlint.answers import Answer
from lstmlint.engine.configuration import CONFIDENCES, FAIL_ON
from lstmlint.engine.errors import UsageError, unknown_rule
from lstmlint.engine.lint import Means, Outcome, lint, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.quick import CACHE_FOLDER, Question, cache_folder, is_terminal, question, write
from lstmlint.report import concise, json, rules, summary
from lstmlint.report.progress import Bar
from lstmlint.rulebook import RuleBookError, rule_book

FOUND, WRONG, INTERRUPTED = 1, 2, 130
COMMANDS = ("check", "explain", "rules", "verify")
STDIN = "-"
OBJECTS = 50_000
"""New objects after which Python looks for cyclic garbage. Its own 700 cost a run an eighth: most objects live long."""


def run() -> None:
    """The program `lstmlint`."""
    gc.set_threshold(OBJECTS, 10, 20)
    status = main(sys.argv[1:])
    if sys.gettrace() is None and sys.getprofile() is None and _are_flushed():
        os._exit(status)  # taking a program's objects apart one by one costs more than many a file
    sys.exit(status)


def _are_flushed() -> bool:
    """True where all that was written has gone out; where it has not, Python says so at its end."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError, AttributeError):  # no room, closed, not there
        return False
    return True


def main(arguments: Sequence[str]) -> int:
    """Runs a command line; the number it ends with."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # an unprintable character is no reason to fail
    options = _parser().parse_args(_with_command(arguments))
    options.arguments = arguments
    try:
        status: int = options.command(options)
    except (UsageError, RuleBookError) as problem:
        print(f"lstmlint: error: {problem}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        import traceback

        trace = "".join(traceback.format_exception(error))
        _complain(f"lstmlint failed: {type(error).__name__}: {error}", trace, getattr(options, "debug", False))
        return WRONG
    return status


def _with_command(arguments: Sequence[str]) -> list[str]:
    """A command line that names no command lints."""
    if arguments and arguments[0] in (*COMMANDS, "-h", "--help", "--version"):
        return list(arguments)
    return ["check", *arguments]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lstmlint",
        description="Finds LSTM porting bugs: mistakes in recurrent models moved between Keras and PyTorch.",
        epilog="`lstmlint PATH...` lints; `lstmlint check --help` shows how it can be told what to look for.",
    )
    parser.add_argument("--version", action="version", version=f"lstmlint {__version__}")
    commands = parser.add_subparsers(title="commands", required=True)
    _add_check(commands.add_parser("check", help="lint files and folders", allow_abbrev=False))
    _add_verify(commands.add_parser("verify", help="run models and hold findings against it", allow_abbrev=False))
    explain = commands.add_parser("explain", help="show a rule's page", allow_abbrev=False)
    explain.add_argument("rule", metavar="RULE", help="the name or code of a rule")
    explain.set_defaults(command=_explain)
    listing = commands.add_parser("rules", help="list all rules", allow_abbrev=False)
    listing.add_argument("--output-format", choices=("full", "json"), default="full", help="default: full")
    listing.set_defaults(command=_rules)
    for each in commands.choices.values():
        each.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: auto")
    return parser


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Runs the models of the files that are named, in a process of its own, and says of each finding whether "
        "running confirms it. This executes your code."
    )
    _add_check(parser)
    parser.set_defaults(command=_verify, verify=True)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=_check)
    running = parser.add_argument_group("running models")
    running.add_argument("--verify", action="store_true", help="run the models, too; this executes your code")
    running.add_argument("--python", metavar="FILE", help="the interpreter that has the framework; default: this one")
    running.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="per model; default: 60")
    running.add_argument("--memory", type=float, default=4.0, metavar="GB", help="per process; default: 4")
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
        choosing.add_argument(flag, action="append", metavar="RULES", help=text)
    choosing.add_argument("--min-confidence", choices=CONFIDENCES, help="show what is so sure; default: likely")
    choosing.add_argument("--fail-on", choices=FAIL_ON, help="end with 1 from this severity on; default: warning")
    files = parser.add_argument_group("which files and settings")
    files.add_argument("--exclude", action="append", metavar="PATTERNS", help="leave out, as .gitignore would")
    files.add_argument("--force-exclude", action="store_true", help="also leave out excluded files that are named")
    files.add_argument("--stdin-filename", metavar="PATH", help="what the file on standard input is called")
    files.add_argument("--config", type=Path, metavar="FILE", help="use this configuration for every file")
    files.add_argument("--isolated", action="store_true", help="use no configuration")
    running = parser.add_argument_group("how it runs")
    running.add_argument("--jobs", "-j", type=_positive, metavar="N", help="processes at most; default: one a core")
    running.add_argument("--cache-dir", metavar="FOLDER", help=f"where results are kept; default: ./{CACHE_FOLDER}")
    running.add_argument("--no-cache", action="store_true", help="keep no results and use none")
    output = parser.add_argument_group("output")
    output.add_argument("--output-format", choices=("full", "concise", "json"), default="full", help="default: full")
    output.add_argument("--statistics", action="store_true", help="show only how often each rule was broken")
    output.add_argument("--quiet", "-q", action="store_true", help="show findings and nothing else")
    output.add_argument("--exit-zero", action="store_true", help="end with 0 whatever was found")
    output.add_argument("--debug", action="store_true", help="show where lstmlint failed, if it does")


def _positive(text: str) -> int:
    """A number of processes."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _split(values: list[str] | None) -> tuple[str, ...]:
    """The parts of a repeatable option with commas."""
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _check(options: argparse.Namespace) -> int:
    finder = SettingsFinder(
        rule_book(),
        Options(
            select=None if options.select is None else _split(options.select),
            extend_select=_split(options.extend_select),
            ignore=_split(options.ignore),
            exclude=_split(options.exclude),
            force_exclude=options.force_exclude,
            min_confidence=CONFIDENCES.get(options.min_confidence),
            fail_on=options.fail_on,
            config=options.config,
            isolated=options.isolated,
        ),
    )
    if options.verify:
        return _verified(options, finder)
    asked = None if is_terminal() else question(options.arguments)
    key = asked.key() if asked is not None and asked.cache_folder is not None and asked.concerns_models() else ""
    outcome = _linted(options, finder)
    said = _report(options, outcome)
    write(said)
    status = _status(options, outcome)
    if asked is not None and key:
        _remember(asked, key, (status, said), outcome)
    return status


def _remember(asked: Question, key: str, answer: Answer, outcome: Outcome) -> None:
    """Keeps what a run over files prints, unless they changed while it went."""
    after = question(asked.arguments)
    if outcome.failures or outcome.lookups is None or after is None or after.key() != key or after.concerns_imports():
        return
    from lstmlint.engine.cache import ResultCache

    # Whether a cache is of use has been said.
    ResultCache(str(asked.cache_folder), lambda text: None).put_answer(key, answer, outcome.lookups)


def _status(options: argparse.Namespace, outcome: Outcome) -> int:
    """The number a run ends with; what lstmlint failed on is said."""
    for failure in outcome.failures:
        _complain(f"{failure.path} could not be analysed: {failure.what}", failure.trace, options.debug)
    if outcome.failures:
        return WRONG
    return FOUND if outcome.failed and not options.exit_zero else 0


def _verify(options: argparse.Namespace) -> int:
    if not options.paths:
        raise UsageError("verify runs code, so it wants to be told which: a file, `model.py::Net`, or a folder")
    return _check(options)


def _verified(options: argparse.Namespace, finder: SettingsFinder) -> int:
    """Lints and runs. Only here is what runs models imported."""
    from dataclasses import replace

    from lstmlint.report import verified as report
    from lstmlint.verify.process import Limits, default_python, interpreter
    from lstmlint.verify.running import Options as Running
    from lstmlint.verify.running import verify

    gc.enable()
    if STDIN in options.paths or options.stdin_filename is not None:
        raise UsageError("what is run has a path: standard input cannot be verified")
    if options.timeout <= 0 or options.memory <= 0:
        raise UsageError("--timeout and --memory are above zero")
    limits = Limits(options.timeout, int(options.memory * 1024**3), options.gpu)
    python = interpreter(options.python) if options.python else default_python()
    if not options.quiet:
        print("lstmlint: verify runs the code of the models it finds", file=sys.stderr, flush=True)
    found = verify(options.paths or [os.curdir], finder, Running(python, limits))
    shown = replace(found.outcome, diagnostics=(*found.outcome.diagnostics, *found.refuted))
    outcome = shown if options.show_refuted else found.outcome
    if options.output_format == "json":
        whole = options.command is _verify
        write(report.as_json(found) if whole else report.findings_as_json(found, options.show_refuted))
    else:
        table = "" if options.quiet else report.table(found, _colour(options), _columns())
        write(_report(options, outcome) + (f"\n{table}" if table else ""))
    return _status(options, found.outcome)


def _linted(options: argparse.Namespace, finder: SettingsFinder) -> Outcome:
    from_stdin = STDIN in options.paths or (options.stdin_filename is not None and not options.paths)
    if not from_stdin:
        with _progress(options) as progress:
            return lint(options.paths or [os.curdir], finder, _means(options, progress))
    if len(options.paths) > 1:
        raise UsageError("standard input (-) is linted alone, without other paths")
    return lint_bytes(sys.stdin.buffer.read(), options.stdin_filename or STDIN, finder)


def _means(options: argparse.Namespace, progress: Callable[[int, int], None]) -> Means:
    def tell(done: int, total: int) -> None:
        if done < total:
            gc.enable()  # one file alone makes no garbage worth looking for
        progress(done, total)

    return Means(
        jobs=options.jobs or _cores(),
        cache_folder=None if options.no_cache else cache_folder(options.cache_dir),
        warn=lambda text: print(f"lstmlint: warning: {text}", file=sys.stderr),
        progress=tell,
    )


def _cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _progress(options: argparse.Namespace) -> AbstractContextManager[Callable[[int, int], None]]:
    """A bar on a terminal; nothing elsewhere, and where only findings are wanted."""
    if options.quiet or not sys.stderr.isatty():
        return nullcontext(lambda done, total: None)
    return Bar()


def _report(options: argparse.Namespace, outcome: Outcome) -> str:
    found = outcome.diagnostics
    if options.output_format == "json":
        if options.statistics:
            print(summary.statistics(found, outcome.given_up), end="", file=sys.stderr)
        return json.render(found)
    end = "" if options.quiet else summary.summary(found, outcome.files)
    if options.statistics:
        return summary.statistics(found, outcome.given_up) + end
    if options.output_format == "concise" or not found:
        return concise.render(found) + end
    from lstmlint.report import full  # rich, which draws, is imported only where something is drawn

    return full.render(found, outcome.lines, _colour(options), _columns()) + end


def _explain(options: argparse.Namespace) -> int:
    book = rule_book()
    rule = book.find(options.rule)
    if rule is None:
        raise UsageError(unknown_rule(options.rule, book))
    from lstmlint.report.book import page

    write(page(rule, book, _colour(options), _columns()))
    return 0


def _rules(options: argparse.Namespace) -> int:
    if options.output_format == "json":
        write(rules.render(rule_book()))
        return 0
    from lstmlint.report.book import table

    write(table(rule_book(), _colour(options), _columns()))
    return 0


def _colour(options: argparse.Namespace) -> bool:
    """Whether to colour: as told, else on a terminal whose user has not said NO_COLOR."""
    if options.color != "auto":
        return bool(options.color == "always")
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _columns() -> int | None:
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _complain(what: str, trace: str, debug: bool) -> None:
    """Says on standard error that lstmlint itself went wrong."""
    print(f"lstmlint: error: {what}", file=sys.stderr)
    print(trace if debug else "lstmlint: this is a mistake in lstmlint; --debug shows where", file=sys.stderr)
