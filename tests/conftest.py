"""What many tests need: files in a folder of their own, and an interpreter that finds what a test asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lstmlint.findings import Check, Confidence, Evidence, Finding, GivenUp
from lstmlint.interpret.linted import Linted
from lstmlint.source import SourceFile, Span

_FLAW = re.compile(r'flaw\("(?P<rule>[\w-]+)"(?:, "(?P<confidence>\w+)")?\)')


@dataclass(frozen=True)
class FixedPlace:
    """A place whose span and text are given."""

    span: Span
    text: str = ""


@dataclass(frozen=True)
class FlawedWorld:
    """What an interpreter leaves that looks for flaws."""

    source: SourceFile
    given_up: tuple[GivenUp, ...] = ()
    steps: int = 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    """Writes a file of the working folder, with the folders it needs."""

    def written(path: str, text: str) -> Path:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    return written


def _flaws(source: SourceFile, checks: Iterable[Check]) -> Iterator[tuple[str, Finding]]:
    rules = {check.rule for check in checks}
    for number, line in enumerate(source.lines, 1):
        for match in _FLAW.finditer(line):
            place = FixedPlace(source.span(number, match.start() + 1, number, match.end() + 1), match[0])
            confidence = Confidence[(match["confidence"] or "certain").upper()]
            if match["rule"] in rules:
                evidence = (Evidence(FixedPlace(source.span(1, 1, 1, 2)), "the file begins here"),)
                yield match["rule"], Finding(place, "a flaw", evidence, "mend it", confidence)


@pytest.fixture
def flaws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts an interpreter in place that finds a flaw wherever a file calls `flaw("rule", "confidence")`.

    A file that says `crash()` makes it raise. Files still pass triage only where they name a recurrent layer.
    """

    def interpret(part: Linted, *_: object) -> FlawedWorld:
        if "crash()" in part.source.text:
            raise KeyError("no such thing")
        return FlawedWorld(part.source)

    monkeypatch.setattr("lstmlint.interpret.program.interpret", interpret)
    monkeypatch.setattr("lstmlint.checks.find", lambda world, checks: list(_flaws(world.source, checks)))
