"""The rule book is executed: each page's examples are linted, and its proof runs under the real framework.

The further cases in `cases/` are programs of the same kind: quiet ones first, then the mistake as real code hides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lstmlint.rulebook import rule_book
from tests.rules.linting import Found, lint, save
from tests.rules.pages import CASES, PAGES, Program, blocks, cases, examples, front_matter, headings
from tests.rules.running import Frameworks

KEYS = {"code", "summary", "severity", "frameworks", "fix", "confidence", "since"}
SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead", "When it stays silent", "Proof"]

Programs = list[tuple[str, Program]]
"""Programs with the name of the rule they are about."""

BAD: Programs = [(page.stem, program) for page in PAGES for program in examples(page, "bad")]
GOOD: Programs = [(page.stem, program) for page in PAGES for program in examples(page, "good")]
SEEN: Programs = [(rule, program) for rule, program in BAD if not rule_book().by_name[rule].is_observed]
"""The mistakes that can be seen in the source; the others are shown by running (`tests/verify`)."""
PROOFS: Programs = [(page.stem, program) for page in PAGES for program in examples(page, "proof")]
FURTHER: Programs = [(page.stem, program) for page in CASES for program in cases(page)]


def each(programs: Programs) -> pytest.MarkDecorator:
    """Parametrises a test with programs, under names that say which."""
    names = [f"{rule}: {program.title}" for rule, program in programs]
    return pytest.mark.parametrize(("rule", "program"), programs, ids=names)


each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@pytest.fixture(scope="module")
def frameworks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frameworks]:
    """torch and Keras, each imported once for all programs."""
    running = Frameworks(tmp_path_factory.mktemp("frameworks") / "log")
    yield running
    running.close()


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[Program, list[Found]]:
    """What lstmlint finds in every program of the pages and the cases."""
    return lint([program for _, program in BAD + GOOD + FURTHER], tmp_path_factory.mktemp("programs"))


@each_page
def test_front_matter_is_complete(page: Path) -> None:
    matter = front_matter(page)
    assert set(matter) == KEYS
    assert re.fullmatch(r"LST\d{3}", matter["code"])
    assert matter["frameworks"] in ("torch", "keras", "torch, keras", "tool")
    assert re.fullmatch(r"\d+\.\d+\.\d+", matter["since"])
    assert matter["summary"] and not matter["summary"].endswith(".") and len(matter["summary"]) <= 100


def test_codes_are_used_once() -> None:
    codes = [rule.code for rule in rule_book().rules]
    assert len(set(codes)) == len(codes) == len(PAGES)


@each_page
def test_sections_stand_in_order(page: Path) -> None:
    assert headings(page) == [f"{page.stem} ({front_matter(page)['code']})", *SECTIONS]


@each_page
def test_blocks_are_what_the_page_promises(page: Path) -> None:
    """Rules about models show wrong code, right code and a proof; the tool's own rules show what code can show."""
    kinds = {block.kind for block in blocks(page) if block.is_python} - {""}
    assert kinds <= {"bad", "good", "proof"}
    assert front_matter(page)["frameworks"] == "tool" or kinds == {"bad", "good", "proof"}
    assert all(block.words for block in blocks(page)), "a fence without words: say python or text"


@pytest.mark.parametrize("page", CASES, ids=lambda page: page.stem)
def test_cases_are_well_formed(page: Path) -> None:
    found = cases(page)
    assert page.stem in {rule.name for rule in rule_book().rules}
    wrong = [program.main.kind == "bad" for program in found]
    assert any(wrong) and not all(wrong) and wrong == sorted(wrong), "quiet cases come first, then wrong ones"
    assert {program.main.kind for program in found} <= {"bad", "good", "silent"}
    assert [bool(program.marked) for program in found] == wrong
    assert all(program.main.is_run or program.main.kind == "silent" for program in found), "say how it ends"


@each(GOOD + [(rule, program) for rule, program in FURTHER if program.main.kind != "bad"])
def test_nothing_is_found_in_right_code(rule: str, program: Program, findings: dict[Program, list[Found]]) -> None:
    assert findings[program] == []


@each(SEEN + [(rule, program) for rule, program in FURTHER if program.main.kind == "bad"])
def test_the_mistake_is_found_where_it_stands(
    rule: str, program: Program, findings: dict[Program, list[Found]]
) -> None:
    found = findings[program]
    assert sorted({(item.file, item.line, item.rule) for item in found}) == [
        (file, line, rule) for file, line in program.marked
    ], found


@each_page
def test_the_fix_of_wrong_code_is_right_code(page: Path, findings: dict[Program, list[Found]]) -> None:
    """A page that promises a fix gives one for each wrong example; the page's right code is what comes out."""
    is_fixable = front_matter(page)["fix"] != "none"
    wrong, right = examples(page, "bad"), examples(page, "good")
    for bad, good in zip(wrong, right, strict=True) if is_fixable else ():
        assert [item.fixed for item in findings[bad]] == [good.main.code]
    assert is_fixable or not any(item.fixed for bad in wrong for item in findings[bad])


@each(GOOD + PROOFS + [(rule, program) for rule, program in FURTHER if program.main.is_run])
def test_program_ends_as_it_says(rule: str, program: Program, frameworks: Frameworks, tmp_path: Path) -> None:
    """What is called good runs, a proof holds, and a mistake is as silent or as loud as its case says."""
    raised, report = frameworks.run(program.framework, save(program, tmp_path))
    assert raised == program.main.raises, report or f"nothing was raised, {program.main.raises} was promised"
