"""A run: every file analysed, its findings suppressed, filtered, sorted, and counted.

A mistake can lie in another file than the one whose interpretation shows it (a function that takes the last step of
what it is given). So all files are analysed first, under their absolute paths, and then each file's findings are held
against its own comments and settings. The paths that the user gave come back last.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property, partial
from pathlib import Path

from lstmlint.engine.analyse import NOTHING, Analysed, analyse, analysed, unreadable
from lstmlint.engine.discover import Target, discover
from lstmlint.engine.memory import ROOM, resident
from lstmlint.engine.settings import Settings, SettingsFinder
from lstmlint.engine.suppress import suppress
from lstmlint.engine.surroundings import Surroundings
from lstmlint.findings import Confidence, Diagnostic, GivenUp, with_spans
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
    interpreted: tuple[str, ...]
    """The files that have something to interpret, by the paths in the diagnostics."""
    files: int
    """How many files were looked at, those without a recurrent layer included."""
    failures: tuple[Failure, ...]
    failed: bool
    """True where a finding is as severe as its file's settings say a run must fail on."""
    given_up: tuple[GivenUp, ...] = ()
    """What was not followed to its end, by path."""
    lookups: Mapping[tuple[str, tuple[str, ...]], str | None] | None = None
    """Where modules were looked for and what was found; None where that is not known."""
    _sources: dict[str, SourceFile | ReadProblem] = field(default_factory=dict, repr=False)

    def source(self, path: str) -> SourceFile | ReadProblem:
        """A file that was interpreted, or that a diagnostic speaks of, by the path in it."""
        if path not in self._sources:
            self._sources[path] = SourceFile.read(path)
        return self._sources[path]

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file that a diagnostic speaks of, by the path in it; none where it cannot be read."""
        source = self.source(path)
        return source.lines if isinstance(source, SourceFile) else ()


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


def _known(surroundings: Surroundings, target: Target) -> Analysed | Failure | None:
    """What a file comes to, where that is known without interpreting it."""
    try:
        is_concerned = surroundings.is_concerned(target)
        found = surroundings.known(target) if is_concerned else None
    except Exception as error:
        return Failure(target.path, f"{type(error).__name__}: {error}", _trace(error))
    if found is not None:
        return analysed(found, target)
    return NOTHING if is_concerned is False else None


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
        """Analyses files: those first that take next to nothing, and the others then."""
        self.surroundings.learn(targets)
        found: dict[str, Analysed | Failure] = {}
        left = []
        for target in targets:
            known = _known(self.surroundings, target)
            if known is None:
                left.append(target)
            else:
                found[target.absolute] = known
                self.means.progress(len(found), len(targets))
        self.surroundings.keep(targets)
        for target, looked_at in self._looked_at(left):
            found[target.absolute] = looked_at
            self.means.progress(len(found), len(targets))
        for target in targets:  # in their own order, whoever was ready first
            self.keep(target, found[target.absolute])

    def _looked_at(self, targets: Sequence[Target]) -> Iterator[tuple[Target, Analysed | Failure]]:
        """Analyses files one after the other, and in other processes where that takes long, or much memory."""
        begun, full = time.monotonic(), resident() + 2 * ROOM  # half of it goes to what is imported
        for number, target in enumerate(targets):
            is_long = self.means.jobs > 1 and time.monotonic() - begun > PATIENCE
            if len(targets) - number >= FEWEST and (is_long or resident() > full):
                yield from self._shared(targets[number:])
                return
            yield target, _look_at(self.surroundings, target)

    def _shared(self, targets: Sequence[Target]) -> Iterator[tuple[Target, Analysed | Failure]]:
        """Analyses files in several processes; in one after the other where only one may work."""
        from lstmlint.engine.parallel import spread

        self.is_shared = True
        if self.surroundings.cache_folder is not None:
            self.surroundings.store.look()
        yield from spread(targets, partial(_look_at, self.surroundings.elsewhere()), _died, self.means.jobs)

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
        kept = {path: self._kept(self.targets[path], found.get(path, [])) for path in self._worth_it(found)}
        return Outcome(
            diagnostics=tuple(sorted((_shown(own, self._path) for each in kept.values() for own in each), key=_order)),
            interpreted=tuple(self._path(path) for path, known in self.analysed.items() if known.is_interpreted),
            files=len(self.targets),
            failures=tuple(sorted(self.failures, key=lambda failure: failure.path)),
            failed=any(self.targets[path].settings.fails(own.severity) for path, each in kept.items() for own in each),
            given_up=tuple(
                replace(each, path=self._path(each.path))
                for _, known in sorted(self.analysed.items())
                for each in known.given_up
            ),
            lookups=None if self.is_shared or self.means.cache_folder is None else self.surroundings.lookups,
            _sources={self._path(path): known.source for path, known in self.analysed.items() if known.source},
        )

    def _worth_it(self, found: Collection[str]) -> Iterator[str]:
        """The files of the run with findings or comments, in their order; most files of a tree have neither."""
        for path in self.targets:
            if path in found or (path in self.analysed and self.analysed[path].is_steered):
                yield path

    def _kept(self, target: Target, found: list[Diagnostic]) -> list[Diagnostic]:
        """A file's findings, without what its comments suppress, what is too unsure, and what a surer one says."""
        known = self.analysed.get(target.absolute, Analysed())
        rules = target.rules
        found = _not_taken_back([diagnostic for diagnostic in found if diagnostic.rule in rules])
        source = known.source or SourceFile.read(target.absolute)
        if isinstance(source, SourceFile):
            found = suppress(found, source, target.settings, known.ran)
        sure = [diagnostic for diagnostic in found if diagnostic.confidence >= target.settings.min_confidence]
        surest = {(each.rule, each.span): each.confidence for each in sorted(sure, key=lambda each: each.confidence)}
        kept = [each for each in sure if each.confidence == surest[each.rule, each.span]]
        return list({(each.rule, each.span, each.message): each for each in kept}.values())

    def _path(self, absolute: str) -> str:
        """The path as the user gave it; of a file that was not asked for, the one from the working folder."""
        if absolute in self.targets:
            return self.targets[absolute].path
        inside = absolute.startswith(os.getcwd() + os.sep)
        return os.path.relpath(absolute) if inside else absolute


def _not_taken_back(found: list[Diagnostic]) -> list[Diagnostic]:
    """Without what only seems to be so to a run that does not see who uses a definition."""
    places = {(each.rule, each.span) for each in found if each.takes_back}
    told = [each for each in found if not each.takes_back]
    return [each for each in told if each.confidence is Confidence.CERTAIN or (each.rule, each.span) not in places]


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    span = diagnostic.span
    return span.path, span.line, span.column, diagnostic.code, diagnostic.message


def _shown(diagnostic: Diagnostic, path: Callable[[str], str]) -> Diagnostic:
    """A diagnostic with the paths that the user reads in every place of it."""

    def shown(span: Span) -> Span:
        return replace(span, path=path(span.path))

    return with_spans(diagnostic, shown)
