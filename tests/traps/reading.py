"""Reads the traps: right programs that look wrong, each with the changes that make it wrong.

Under each heading stand one program and any number of diffs. The fence of a program says `python`, and `silent` where
it is not run. The fence of a diff names the rules that report the changed program, and how that ends if it is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.rules.pages import Block, Program, blocks

PAGES = tuple(sorted(Path(__file__).parent.glob("*.md")))


@dataclass(frozen=True)
class Turn:
    """A change that makes a right program wrong, and the rules that are to report it."""

    program: Program
    rules: frozenset[str]


@dataclass(frozen=True)
class Trap:
    """A right program, and its changes."""

    program: Program
    turns: tuple[Turn, ...]


def traps(page: Path) -> Iterator[Trap]:
    """The traps of a page, in order."""
    for title, found in groupby(blocks(page), key=lambda block: block.title):
        first, *diffs = found
        assert first.words[0] == "python" and all(diff.words[0] == "diff" for diff in diffs), title
        turns = tuple(_turn(first, diff, number) for number, diff in enumerate(diffs, 1))
        yield Trap(Program(title, (_runnable(first),)), turns)


def _runnable(block: Block) -> Block:
    words = block.words if "silent" in block.words else (*block.words, "runs")
    return Block(words, block.code, block.title)


def _turn(block: Block, diff: Block, number: int) -> Turn:
    rules = frozenset(word for word in diff.words[1:] if "=" not in word)
    ends = tuple(word for word in diff.words if "=" in word)
    is_run = "silent" not in block.words
    words = ("python", "bad", *ends, *(["runs"] if is_run and not ends else []))
    title = f"{block.title}, turned {number}: {', '.join(sorted(rules))}"
    return Turn(Program(title, (Block(words, changed(block.code, diff.code), title),)), rules)


def changed(code: str, diff: str) -> str:
    """A program with the lines marked - in a diff replaced by those marked +; each group must stand there once."""
    for old, new in _groups(diff):
        assert old and code.count(old) == 1, f"stands {code.count(old)} times in the program:\n{old}"
        code = code.replace(old, new)
    return code


def _groups(diff: str) -> Iterator[tuple[str, str]]:
    """The replaced lines and their replacement, one pair for each group."""
    old = new = ""
    for line in diff.splitlines():
        if line.startswith("-") and new:
            yield old, new
            old = new = ""
        if line.startswith("-"):
            old += line[1:] + "\n"
        elif line.startswith("+"):
            new += line[1:] + "\n"
    yield old, new
