"""Right programs that look wrong are silent under every rule, and wrong ones next to them are not.

A program that is silent because it is not followed proves nothing. So each trap is turned into the mistake that it
looks like by a line or two, and that is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lstmlint.rulebook import rule_book
from tests.rules.linting import Found, lint, save
from tests.rules.pages import Program
from tests.rules.running import Frameworks
from tests.traps.reading import PAGES, Trap, Turn, traps

TRAPS = [trap for page in PAGES for trap in traps(page)]
TURNS = [turn for trap in TRAPS for turn in trap.turns]
PROGRAMS = [trap.program for trap in TRAPS] + [turn.program for turn in TURNS]
RUN = [program for program in PROGRAMS if program.main.is_run]

each_trap = pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.program.title)
each_turn = pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.program.title)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[Program, list[Found]]:
    """What lstmlint finds in every program, right or turned."""
    return lint(PROGRAMS, tmp_path_factory.mktemp("programs"))


@pytest.fixture(scope="module")
def frameworks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frameworks]:
    """torch and Keras, each imported once for all programs."""
    running = Frameworks(tmp_path_factory.mktemp("frameworks") / "log")
    yield running
    running.close()


@each_trap
def test_nothing_is_found_in_a_trap(trap: Trap, findings: dict[Program, list[Found]]) -> None:
    assert findings[trap.program] == []


@each_turn
def test_the_mistake_next_to_it_is_found(turn: Turn, findings: dict[Program, list[Found]]) -> None:
    assert {found.rule for found in findings[turn.program]} == turn.rules, findings[turn.program]


@pytest.mark.parametrize("program", RUN, ids=lambda program: program.title)
def test_a_program_ends_as_it_says(
    program: Program, frameworks: Frameworks, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    raised, report = frameworks.run(program.framework, save(program, folder))
    assert raised == program.main.raises, report or f"nothing was raised, {program.main.raises} was promised"


def test_titles_are_used_once() -> None:
    titles = [program.title for program in PROGRAMS]
    assert len(set(titles)) == len(titles)


def test_diffs_name_rules() -> None:
    known = {rule.name for rule in rule_book().rules}
    assert all(turn.rules and turn.rules <= known for turn in TURNS)


def test_most_traps_have_teeth() -> None:
    assert sum(bool(trap.turns) for trap in TRAPS) > 0.8 * len(TRAPS)
