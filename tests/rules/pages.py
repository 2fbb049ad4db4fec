"""Reads the rule book's pages and the further cases as Markdown: fenced blocks, their words, their marked lines.

Kept apart from `lstmlint.rulebook`, which reads only the front matter and the prose: here the examples are code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(sorted((ROOT / "rules").glob("*.md")))
CASES = tuple(sorted((Path(__file__).parent / "cases").glob("*.md")))

FENCE = re.compile(r"^```(?P<words>[^\n`]*)\n(?P<code>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (?P<title>.+)$", re.MULTILINE)
MARK = re.compile(r"[ \t]*# error[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: the words behind the fence (`python bad runs`), its code, and the heading it stands under."""

    words: tuple[str, ...]
    code: str
    title: str

    @property
    def is_python(self) -> bool:
        """True for code that is linted or run; a plain fence only shows something."""
        return self.words[:1] == ("python",)

    @property
    def kind(self) -> str:
        """bad, good, silent or proof."""
        return self.words[1] if len(self.words) > 1 else ""

    @property
    def file(self) -> str:
        """The name it is saved under: that of `file=NAME`, or example.py."""
        return self._option("file") or "example.py"

    @property
    def raises(self) -> str:
        """The exception that running it ends with, by its name; empty where it runs to the end."""
        return self._option("raises")

    @property
    def is_run(self) -> bool:
        """True where the block is executed: what is called good or proves something, and what says how it ends."""
        return self.kind in ("good", "proof") or "runs" in self.words or bool(self.raises)

    @property
    def marked(self) -> tuple[int, ...]:
        """The lines (from 1) that end with the marker."""
        return tuple(number for number, line in enumerate(self.code.splitlines(), 1) if MARK.search(line))

    @property
    def unmarked(self) -> str:
        """The code without its markers: what is linted."""
        return MARK.sub("", self.code)

    def _option(self, name: str) -> str:
        return next((word.partition("=")[2] for word in self.words if word.startswith(f"{name}=")), "")


@dataclass(frozen=True)
class Program:
    """The blocks of one heading that make up one program; the last one is the file that is run."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def main(self) -> Block:
        """The file that is run, and that says what kind of program this is."""
        return self.blocks[-1]

    @property
    def marked(self) -> list[tuple[str, int]]:
        """Files and lines where a finding is due."""
        return sorted((block.file, number) for block in self.blocks for number in block.marked)

    @property
    def framework(self) -> str:
        """The framework the code runs under, as the code says itself."""
        return "keras" if any(re.search(r"\b(keras|tensorflow)\b", block.code) for block in self.blocks) else "torch"


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    fences = [(match.start(), match.end()) for match in FENCE.finditer(text)]
    headings = [
        match
        for match in HEADING.finditer(text)
        if not any(start < match.start() < end for start, end in fences)  # a comment inside code is no heading
    ]
    for fence in FENCE.finditer(text):
        title = [heading["title"] for heading in headings if heading.start() < fence.start()]
        yield Block(tuple(fence["words"].split()), fence["code"], title[-1] if title else "")


def headings(page: Path) -> list[str]:
    """The titles of the page's sections, in order."""
    return HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def examples(page: Path, kind: str) -> list[Program]:
    """A rule page's blocks of one kind (bad, good, proof), each a program of its own."""
    found = [block for block in blocks(page) if block.is_python and block.kind == kind]
    return [Program(f"{kind} {number}", (block,)) for number, block in enumerate(found, 1)]


def cases(page: Path) -> list[Program]:
    """The programs of a page of cases: one for each heading with code."""
    by_title: dict[str, list[Block]] = {}
    for block in blocks(page):
        if block.is_python:
            by_title.setdefault(block.title, []).append(block)
    return [Program(title, tuple(parts)) for title, parts in by_title.items()]


def front_matter(page: Path) -> dict[str, str]:
    """The `key: value` lines between the two `---` at the top."""
    top = page.read_text(encoding="utf-8").split("---\n")[1]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in top.splitlines())}
