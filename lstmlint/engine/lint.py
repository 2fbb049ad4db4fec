"""A run: every file analysed, its findings suppressed, filtered, sorted, and counted.

A mistake can lie in another file than the one whose interpretation shows it (a function that takes the last step of
what it is given). So all files are analysed first, under their absolute paths, and then each file's findings are held
against its own comments and settings. The paths that the user gave come back last.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property, partial
from pathlib import Path

from lstmlint.engine.analyse import Analysed, analyse, unreadable
from lstmlint.engine.discover import Target, discover
from lstmlint.engine.settings import Settings, SettingsFinder
from lstmlint.engine.suppress import suppress
from lstmlint.engine.surroundings import Surroundings
from lstmlint.findings import Diagnostic, GivenUp, with_spans
from lstmlint.lean import dataclass
from lstmlint.names.locate import import_roots
from lstmlint.source import ReadProblem, SourceFile, Span

PATIENCE = 0.3
"""Seconds after which other processes are asked to help; starting them takes a part of that."""
FEWEST = 8
"""Files that must be left then."""


@dataclass(frozen=True)
class Failure:
    """A file whose analysis failed: a mistake of lstmlint's own, which costs this file's findings and no more."""

    path: str
    what: str
    trace: str = ""
    """Where it happened, for those who look for the mistake."""


@dataclass(frozen=True)
class Means:
    """How a run goes about it; the findings are the same with all of them."""

    jobs: int = 1
    """How many processes may work at once."""
    cache_folder: str | None = None
    """Where results are kept; None: nowhere."""
    lives_on: bool = False
    """True in a process that lints the same file again: what its parts came to is kept in memory."""
    warn: Callable[[str], None] = lambda text: None
    """Takes what the user should know besides the findings."""
    progress: Callable[[int, int], None] = lambda done, total: None
    """Is told how many of the files are done."""


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    diagnostics: tuple[Diagnostic, ...]
    """Sorted by path, line, column and code."""
    sources: Mapping[str, SourceFile]
    """The files that were interpreted, by the paths in the diagnostics."""
    files: int
    """How many files were looked at, those without a recurrent layer included."""
    failures: tuple[Failure, ...]
    failed: bool
    """True where a finding is as severe as its file's settings say a run must fail on."""
    given_up: tuple[GivenUp, ...] = ()
    """What was not followed to its end, by path."""
    lookups: Mapping[tuple[str, tuple[str, ...]], str | None] | None = None
    """Where modules were looked for and what was found; None where that is not known."""
    _lines: dict[str, Sequence[str]] = field(default_factory=dict, repr=False)

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file that a diagnostic speaks of, by the path in it; none where it cannot be read."""
        if path not in self._lines:
            source = self.sources.get(path) or SourceFile.read(path)
            self._lines[path] = source.lines if isinstance(source, SourceFile) else ()
        return self._lines[path]


def lint(paths: Sequence[str], finder: SettingsFinder, means: Means = Means()) -> Outcome:
    """Lints files and folders."""
    run = _Run(paths, finder, means)
    targets = []
    for target in discover(paths, finder):
        if isinstance(target, ReadProblem):
            run.note(os.path.abspath(target.path), target, finder.inside(os.path.abspath(target.path)))
        else:
            targets.append(target)
    run.look_at_all(targets)
    return run.outcome()


def lint_bytes(data: bytes, path: str, finder: SettingsFinder) -> Outcome:
    """Lints the bytes of one file that need not exist under its path, as an editor holds them."""
    absolute = os.path.abspath(path)
    run = _Run([path], finder, Means(lives_on=True))
    settings = finder.inside(os.path.dirname(absolute))
    if not (finder.options.force_exclude and settings.excludes(absolute)):
        target = Target(path, absolute, settings)
        run.keep(target, _look_at(run.surroundings, target, data))
    return run.outcome()


def _look_at(surroundings: Surroundings, target: Target, data: bytes | None = None) -> Analysed | Failure:
    """What a file comes to; what goes wrong inside lstmlint is a value, and the run goes on."""
    read = _read(target.absolute) if data is None else data
    if isinstance(read, ReadProblem):
        return Analysed((unreadable(read, target.settings),))
    try:
        return analyse(read, target, surroundings)
    except Exception as error:
        return Failure(target.path, f"{type(error).__name__}: {error}", _trace(error))


def _trace(error: Exception) -> str:
    import traceback  # needed by nobody else

    return "".join(traceback.format_exception(error))


def _died(target: Target, code: int | None) -> Failure:
    return Failure(target.path, f"the process that analysed it ended with {code}")


def _read(path: str) -> bytes | ReadProblem:
    try:
        with open(path, "rb", buffering=0) as stream:
            return stream.read()
    except OSError as problem:
        return ReadProblem(path, f"cannot be read: {problem.strerror or problem}")


def _silent(text: str) -> None:
    """Other processes say nothing: the first one has said it."""


@dataclass
class _Run:
    """A run as it goes. Everything is kept by absolute path."""

    paths: Sequence[str]
    finder: SettingsFinder
    means: Means
    targets: dict[str, Target] = field(default_factory=dict)
    analysed: dict[str, Analysed] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    is_shared: bool = False
    """True where other processes have taken part."""

    @cached_property
    def surroundings(self) -> Surroundings:
        """What the files of this run have in common."""
        roots = tuple(map(Path, import_roots(self.paths)))
        return Surroundings(roots, self.means.cache_folder, self.means.warn, self.means.lives_on)

    def look_at_all(self, targets: Sequence[Target]) -> None:
        """Analyses files one after the other, and with other processes where that takes long."""
        begun = time.monotonic()
        for number, target in enumerate(targets):
            if self.means.jobs > 1 and len(targets) - number >= FEWEST and time.monotonic() - begun > PATIENCE:
                self._share(targets, number)
                return
            self.keep(target, _look_at(self.surroundings, target))
            self.means.progress(number + 1, len(targets))

    def _share(self, targets: Sequence[Target], done: int) -> None:
        """Analyses the rest of the files in several processes."""
        from lstmlint.engine.parallel import spread

        self.is_shared = True
        if self.surroundings.cache is not None:
            self.surroundings.cache.look()
        theirs = Surroundings(self.surroundings.roots, self.means.cache_folder, _silent)
        left, results = targets[done:], {}
        for target, found in spread(left, partial(_look_at, theirs), _died, self.means.jobs):
            results[target.absolute] = found
            self.means.progress(done + len(results), len(targets))
        for target in left:  # in their own order, whoever was ready first
            self.keep(target, results[target.absolute])

    def keep(self, target: Target, found: Analysed | Failure) -> None:
        """Keeps what a file came to."""
        self.targets[target.absolute] = target
        if isinstance(found, Failure):
            self.failures.append(found)
        else:
            self.analysed[target.absolute] = found

    def note(self, absolute: str, problem: ReadProblem, settings: Settings) -> None:
        """Keeps a file or folder that cannot be read."""
        self.targets.setdefault(absolute, Target(problem.path, absolute, settings))
        self.analysed[absolute] = Analysed((unreadable(replace(problem, path=absolute), settings),))

    def outcome(self) -> Outcome:
        """What the run came to."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in (diagnostic for known in self.analysed.values() for diagnostic in known.diagnostics):
            found.setdefault(diagnostic.span.path, []).append(diagnostic)
        kept = {absolute: self._kept(target, found.get(absolute, [])) for absolute, target in self.targets.items()}
        return Outcome(
            diagnostics=tuple(sorted((_shown(own, self._path) for each in kept.values() for own in each), key=_order)),
            sources={self._path(path): known.source for path, known in self.analysed.items() if known.source},
            files=len(self.targets),
            failures=tuple(sorted(self.failures, key=lambda failure: failure.path)),
            failed=any(self.targets[path].settings.fails(own.severity) for path, each in kept.items() for own in each),
            given_up=tuple(
                replace(each, path=self._path(each.path))
                for _, known in sorted(self.analysed.items())
                for each in known.given_up
            ),
            lookups=None if self.is_shared or self.means.cache_folder is None else self.surroundings.lookups,
        )

    def _kept(self, target: Target, found: list[Diagnostic]) -> list[Diagnostic]:
        """A file's findings, without those that its comments suppress, that are too unsure, or that say it twice."""
        known = self.analysed.get(target.absolute, Analysed())
        if not found and known.source is None:
            return []  # as of most files of a tree
        rules = target.rules
        found = [diagnostic for diagnostic in found if diagnostic.rule in rules]
        source = known.source or (SourceFile.read(target.absolute) if found else None)
        if isinstance(source, SourceFile):
            found = suppress(found, source, target.settings, known.ran)
        sure = [diagnostic for diagnostic in found if diagnostic.confidence >= target.settings.min_confidence]
        surest_last = sorted(sure, key=lambda diagnostic: diagnostic.confidence)
        return list({(each.rule, each.span, each.message): each for each in surest_last}.values())

    def _path(self, absolute: str) -> str:
        """The path as the user gave it; of a file that was not asked for, the one from the working folder."""
        if absolute in self.targets:
            return self.targets[absolute].path
        inside = absolute.startswith(os.getcwd() + os.sep)
        return os.path.relpath(absolute) if inside else absolute


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    return span.path, span.line, span.column, diagnostic.code, diagnostic.message


def _shown(diagnostic: Diagnostic, path: Callable[[str], str]) -> Diagnostic:
    """A diagnostic with the paths that the user reads in every place of it."""

    def shown(span: Span) -> Span:
        return replace(span, path=path(span.path))

    return with_spans(diagnostic, shown)
