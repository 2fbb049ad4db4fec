"""Arguments to calls, nothing else: `lstmlint [check] PATH...`, `lstmlint explain RULE`, `lstmlint rules`, and so on.

Ends with 0 where nothing was found that fails the run, 1 where something was, and 2 where the arguments, a path, a
configuration or lstmlint itself were wrong, or where models were to be run and none could be.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from lstmlint.answers import Answer
from lstmlint.arguments import parsed
from lstmlint.engine.configuration import CONFIDENCES
from lstmlint.engine.errors import UsageError, unknown_rule
from lstmlint.engine.lint import Means, Outcome, lint, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.quick import Question, cache_folder, is_terminal, question, write
from lstmlint.report import concise, json, rules, summary
from lstmlint.report.escaping import escaped
from lstmlint.report.progress import Bar
from lstmlint.rulebook import RuleBookError, rule_book

FOUND, WRONG, INTERRUPTED = 1, 2, 130
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
    options = None
    try:
        options = parsed(arguments)
        return _RUN[options.command](options)
    except (UsageError, RuleBookError) as problem:
        _say("error", str(problem))
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        import traceback

        trace = "".join(traceback.format_exception(error))
        _complain(f"lstmlint failed: {type(error).__name__}: {error}", trace, getattr(options, "debug", False))
        return WRONG


def _say(kind: str, text: str) -> None:
    """A line on standard error."""
    print(f"lstmlint: {kind}: {escaped(text)}", file=sys.stderr, flush=True)


def _joined(values: Sequence[tuple[str, ...]] | None) -> tuple[str, ...]:
    """The parts of all values of an option that may be given several times."""
    return tuple(part for parts in values or () for part in parts)


def _check(options: argparse.Namespace) -> int:
    finder = SettingsFinder(
        rule_book(),
        Options(
            select=None if options.select is None else _joined(options.select),
            extend_select=_joined(options.extend_select),
            ignore=_joined(options.ignore),
            exclude=_joined(options.exclude),
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
    from lstmlint.engine.cache import put_answer
    from lstmlint.engine.store import Store

    # Whether a cache is of use has been said.
    put_answer(Store(str(asked.cache_folder), lambda text: None), key, answer, outcome.lookups)


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
    limits = Limits(options.timeout, int(options.memory * 1024**3), options.gpu)
    python = interpreter(options.python) if options.python else default_python()
    if not options.quiet:
        print("lstmlint: verify runs the code of the models it finds", file=sys.stderr, flush=True)
    found = verify(options.paths or [os.curdir], finder, Running(python, limits))
    shown = replace(found.outcome, diagnostics=(*found.outcome.diagnostics, *found.refuted))
    outcome = shown if options.show_refuted else found.outcome
    is_asked = options.command == "verify"
    if found.shortfall:
        _say("error" if is_asked else "warning", f"nothing was verified: {found.shortfall}")
    if options.output_format == "json":
        write(report.as_json(found) if is_asked else report.findings_as_json(found, options.show_refuted))
    elif options.quiet:
        write(_report(options, outcome))
    else:
        table = report.table(found, _colour(options), _columns())
        parts = (report.troubles(found), _report(options, outcome, report.shortfall(found)), table)
        write("\n".join(filter(None, parts)))
    return WRONG if found.shortfall and is_asked else _status(options, found.outcome)


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
        warn=lambda text: _say("warning", text),
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


def _report(options: argparse.Namespace, outcome: Outcome, shortfall: str = "") -> str:
    found = outcome.diagnostics
    if options.output_format == "json":
        if options.statistics:
            print(summary.statistics(found, outcome.given_up), end="", file=sys.stderr)
        return json.render(found)
    end = "" if options.quiet else summary.summary(found, outcome.files, shortfall)
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


def _server(options: argparse.Namespace) -> int:
    try:
        from lstmlint.server import serve
    except ModuleNotFoundError as missing:
        raise UsageError(f"the server needs {missing.name}: pip install 'lstmlint[editor]'") from None
    serve(Options(config=options.config, isolated=options.isolated, force_exclude=True))
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
    _say("error", what)
    print(trace if debug else "lstmlint: this is a mistake in lstmlint; --debug shows where", file=sys.stderr)


_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "explain": _explain,
    "rules": _rules,
    "server": _server,
    "verify": _verify,
}
