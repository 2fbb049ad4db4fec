"""The rule book is executed: each page's examples are linted, and its proof runs under the real framework."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.pages import CASES, PAGES, Program, blocks, cases, examples, front_matter, headings
from tests.rules.running import Frameworks

KEYS = {"code", "summary", "severity", "frameworks", "fix", "confidence", "since"}
SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead", "When it stays silent", "Proof"]
BY_NAME = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def programs(pages: tuple[Path, ...], kinds: set[str]) -> list[object]:
    """Page examples or further cases of some kinds as parameters (rule, program), named for the reader."""
    parts = [
        (page.stem, program)
        for page in pages
        for program in (cases(page) if page in CASES else [p for kind in sorted(kinds) for p in examples(page, kind)])
        if program.main.kind in kinds
    ]
    return [pytest.param(rule, program, id=f"{rule}: {program.title}") for rule, program in parts]


def save(program: Program, folder: Path) -> Path:
    """Writes a program's files without their markers; gives the one that is run."""
    for block in program.blocks:
        (folder / block.file).write_text(block.unmarked, encoding="utf-8")
    return folder / program.main.file


@pytest.fixture(scope="module")
def frameworks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frameworks]:
    """torch and Keras, each imported once for all programs."""
    running = Frameworks(tmp_path_factory.mktemp("frameworks") / "log")
    yield running
    running.close()


@BY_NAME
def test_front_matter_is_complete_and_valid(page: Path) -> None:
    matter = front_matter(page)
    assert set(matter) == KEYS
    assert re.fullmatch(r"LST\d{3}", matter["code"])
    assert matter["severity"] in ("error", "warning", "info")
    assert matter["frameworks"] in ("torch", "keras", "torch, keras", "tool")
    assert matter["fix"] in ("none", "safe", "unsafe")
    assert matter["confidence"] in ("certain", "likely", "possible")
    assert re.fullmatch(r"\d+\.\d+\.\d+", matter["since"])
    assert matter["summary"] and not matter["summary"].endswith(".") and len(matter["summary"]) <= 100


def test_codes_are_used_once() -> None:
    codes = [front_matter(page)["code"] for page in PAGES]
    assert len(set(codes)) == len(codes) > 0


@BY_NAME
def test_sections_stand_in_order(page: Path) -> None:
    assert headings(page) == [f"{page.stem} ({front_matter(page)['code']})", *SECTIONS]


@BY_NAME
def test_blocks_are_what_the_page_promises(page: Path) -> None:
    """Rules about models show wrong code, right code and a proof; the tool's own rules show what code can show."""
    kinds = {block.kind for block in blocks(page) if block.is_python}
    assert kinds <= {"bad", "good", "proof"}
    assert "tool" in front_matter(page)["frameworks"] or kinds == {"bad", "good", "proof"}
    assert all(block.words for block in blocks(page)), "a fence without words: say python or text"


def test_cases_belong_to_pages() -> None:
    assert {page.stem for page in CASES} <= {page.stem for page in PAGES}


@pytest.mark.parametrize("page", CASES, ids=lambda page: page.stem)
def test_cases_are_well_formed(page: Path) -> None:
    found = cases(page)
    wrong = [program.main.kind == "bad" for program in found]
    assert any(wrong) and not all(wrong) and wrong == sorted(wrong), "silent and good cases come first, then bad ones"
    assert {program.main.kind for program in found} <= {"bad", "good", "silent"}
    for program in found:
        assert (program.main.kind == "bad") == bool(program.marked), program.title
        compile(program.main.code, program.title, "exec")


@pytest.mark.parametrize(("rule", "program"), programs(PAGES, {"good", "proof"}) + programs(CASES, {"good", "bad"}))
def test_program_ends_as_it_says(rule: str, program: Program, frameworks: Frameworks, tmp_path: Path) -> None:
    """What is called good runs, a proof holds, and a mistake is as silent or as loud as its case says."""
    if not program.main.is_run:
        assert program.main.kind == "bad", "only wrong code may be left out of running"
        return
    raised, report = frameworks.run(program.framework, save(program, tmp_path))
    assert raised == program.main.raises, report or f"nothing was raised, {program.main.raises} was promised"
