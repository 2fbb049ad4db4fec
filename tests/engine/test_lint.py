"""Runs over files: what is found, in which order, and that one bad file costs only itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from lstmlint import checks
from lstmlint.engine import analyse
from lstmlint.engine.lint import Outcome, lint, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.findings import Check, Confidence, Finding
from lstmlint.interpret.linted import Linted
from lstmlint.names.project import Project
from lstmlint.rulebook import rule_book
from lstmlint.source import SourceFile
from lstmlint.versions import Versions
from lstmlint.world import World
from tests.conftest import FlawedWorld

Write = Callable[[str, str], Path]
pytestmark = pytest.mark.usefixtures("flaws")

FLAW = 'LSTM = 1\nx = flaw("torch-hn-layout")\n'


def run(*paths: str, **options: object) -> Outcome:
    finder = SettingsFinder(rule_book(), Options(**options))  # type: ignore[arg-type]
    return lint(paths or (".",), finder)


def said(outcome: Outcome) -> list[str]:
    assert not outcome.failures
    return found_in(outcome)


def found_in(outcome: Outcome) -> list[str]:
    return [f"{found.span.path}:{found.span.line}:{found.span.column} {found.code}" for found in outcome.diagnostics]


def test_a_file_that_names_no_recurrent_layer_is_left_alone(write: Write) -> None:
    write("a.py", 'x = flaw("torch-hn-layout")\n')
    write("b.py", "x = )\n")
    write("c.py", "crash()\n")
    outcome = run()
    assert said(outcome) == []
    assert (outcome.files, outcome.failed, outcome.failures) == (3, False, ())


def test_findings_are_sorted_by_path_line_column_and_code(write: Write) -> None:
    write("b.py", FLAW)
    write("a.py", 'LSTM\nflaw("torch-hn-layout"); flaw("torch-missing-batch-first")\n')
    write("a/c.py", FLAW)
    assert said(run("b.py", ".")) == ["a.py:2:1 LST104", "a.py:2:26 LST101", "a/c.py:2:5 LST104", "b.py:2:5 LST104"]


def test_what_is_said_twice_is_reported_once(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py", FLAW)
    find = checks.find
    monkeypatch.setattr(checks, "find", lambda world, rules: find(world, rules) * 2)
    assert said(run()) == ["a.py:2:5 LST104"]


def test_of_what_is_said_of_one_place_the_surest_is_reported(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.py", FLAW)
    find = checks.find

    def twice(world: World, rules: Iterable[Check]) -> list[tuple[str, Finding]]:
        """As a file of a module and one that uses it say, with other words."""
        found = find(world, rules)
        unsure = [replace(each, message="as by default", confidence=Confidence.LIKELY) for _, each in found]
        return [*((rule, each) for (rule, _), each in zip(found, unsure, strict=True)), *found]

    monkeypatch.setattr(checks, "find", twice)
    assert [found.message for found in run().diagnostics] == ["a flaw"]


def test_places_are_shown_as_the_user_gave_the_path(write: Write) -> None:
    path = write("src/a.py", FLAW)
    for given, shown in ((".", "src/a.py"), (str(path), str(path)), ("./src", "./src/a.py")):
        (found,) = run(given).diagnostics
        assert found.span.path == shown
        assert found.because[0].span.path == shown


def test_a_finding_in_another_file_of_the_run_belongs_to_that_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaw = 'flaw("torch-hn-layout")'
    helper = write("helper.py", f"x = {flaw}\ny = {flaw}  # lstmlint: ignore[LST104]\n")
    write("model.py", "LSTM\n")
    world = FlawedWorld(SourceFile.read(helper))
    monkeypatch.setattr("lstmlint.interpret.program.interpret", lambda part, *_: world)
    assert said(run()) == ["helper.py:1:5 LST104"]
    assert said(run("model.py")) == []


def test_a_file_that_imports_a_recurrent_model_is_interpreted(write: Write) -> None:
    write("encoders.py", "import torch.nn as nn\nclass Encoder(nn.Module):\n    layer = nn.LSTM(4, 8)\n")
    write("dense.py", "import torch.nn as nn\nclass Dense(nn.Module):\n    layer = nn.Linear(4, 8)\n")
    flaw = 'flaw("torch-hn-layout")'
    write("model.py", f"import torch\nfrom encoders import Encoder\nmodel = Encoder()\n{flaw}\n")
    write("other.py", f"import torch\nfrom dense import Dense\nmodel = Dense()\n{flaw}\n")
    assert said(run()) == ["model.py:4:1 LST104"]
    assert said(run("model.py")) == ["model.py:4:1 LST104"]


def test_only_selected_rules_run(write: Write) -> None:
    write("a.py", 'LSTM\nflaw("torch-hn-layout")\nflaw("torch-missing-batch-first")\n')
    assert said(run(select=("LST101",))) == ["a.py:3:1 LST101"]
    assert said(run(ignore=("LST101",))) == ["a.py:2:1 LST104"]


def test_rules_can_be_ignored_in_some_files(write: Write) -> None:
    write("lstmlint.toml", "[per-file-ignores]\n'tests/*' = ['torch-hn-layout']")
    write("tests/a.py", FLAW)
    write("b.py", FLAW)
    assert said(run()) == ["b.py:2:5 LST104"]


def test_what_is_unsure_is_shown_on_request_and_its_suppression_is_used(write: Write) -> None:
    write("a.py", 'LSTM\nflaw("torch-hn-layout", "possible")\n')
    write("b.py", 'LSTM\nflaw("torch-hn-layout", "possible")  # lstmlint: ignore[LST104]\n')
    assert said(run()) == []
    assert said(run(min_confidence=Confidence.POSSIBLE)) == ["a.py:2:1 LST104"]


def test_whether_a_run_fails_is_each_files_configuration(write: Write) -> None:
    write("strict/lstmlint.toml", "[severity]\ntorch-hn-layout = 'info'")
    write("strict/a.py", FLAW)
    assert not run().failed
    assert run(fail_on="info").failed
    write("b.py", FLAW)
    assert run().failed
    assert not run(fail_on="never").failed


def test_unused_suppressions_are_found(write: Write) -> None:
    write("a.py", "LSTM = 1  # lstmlint: ignore[LST104]\n")
    assert said(run()) == ["a.py:1:11 LST903"]
    assert said(run(ignore=("LST903",))) == []


def test_a_syntax_error_is_one_finding_and_the_run_goes_on(write: Write) -> None:
    write("a.py", "LSTM\nx = )\n")
    write("b.py", FLAW)
    outcome = run()
    assert said(outcome) == ["a.py:2:5 LST901", "b.py:2:5 LST104"]
    assert outcome.diagnostics[0].message.startswith("does not parse as Python 3.")
    assert said(run(ignore=("syntax-error",))) == ["b.py:2:5 LST104"]


def test_a_failure_inside_one_file_costs_only_that_file(write: Write) -> None:
    write("a.py", "LSTM\ncrash()  # lstmlint: ignore\n")
    write("b.py", FLAW)
    outcome = run()
    assert found_in(outcome) == ["b.py:2:5 LST104"]
    (failure,) = outcome.failures
    assert failure.path == "a.py"
    assert failure.what.startswith("KeyError: ")
    assert "in analyse" in failure.trace


def test_bytes_that_are_no_text_are_one_finding(folder: Path) -> None:
    (folder / "a.py").write_bytes(b"LSTM = 1\nx = '\xff'\n")
    assert said(run()) == ["a.py:2:1 LST902"]


def test_a_file_that_cannot_be_opened_is_one_finding(folder: Path) -> None:
    os.symlink("loop.py", folder / "loop.py")
    os.symlink("nowhere.py", folder / "broken.py")
    assert said(run("loop.py", "broken.py")) == ["broken.py:1:1 LST902", "loop.py:1:1 LST902"]


def test_a_notebook_is_one_finding(write: Write) -> None:
    write("notebook.ipynb", '{"cells": [{"source": "nn.LSTM(3, 5)"}]}')
    outcome = run("notebook.ipynb")
    assert found_in(outcome) == ["notebook.ipynb:1:1 LST902"]


def test_what_nests_too_deeply_is_said_to_be_unchecked(write: Write) -> None:
    chain = "".join(f"elif k == {n}:\n    x = LSTM\n" for n in range(400))
    write("chain.py", f"if k == -1:\n    pass\n{chain}")
    outcome = run("chain.py")
    assert [found.code for found in outcome.diagnostics] == ["LST902"]
    assert outcome.diagnostics[0].message == "not checked: nested more than 300 levels deep"


def test_a_file_that_is_far_too_large_is_one_finding(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyse, "LARGEST", 1_000)
    write("a.py", FLAW + "#" * 1_000)
    write("b.py", "#" * 2_000)
    (found,) = run().diagnostics
    assert (found.span.path, found.code) == ("a.py", "LST902")
    assert "too large" in found.message


def test_standard_input_has_the_settings_of_its_name(write: Write) -> None:
    write("tests/lstmlint.toml", "ignore = ['torch-hn-layout']")
    finder = SettingsFinder(rule_book(), Options())
    assert said(lint_bytes(FLAW.encode(), "model.py", finder)) == ["model.py:2:5 LST104"]
    assert said(lint_bytes(FLAW.encode(), "tests/model.py", finder)) == []
    assert said(lint_bytes(FLAW.encode(), "-", finder)) == ["-:2:5 LST104"]


def test_standard_input_is_excluded_by_force() -> None:
    options = Options(exclude=("old/",), force_exclude=True, isolated=True)
    outcome = lint_bytes(FLAW.encode(), "old/model.py", SettingsFinder(rule_book(), options))
    assert (outcome.files, outcome.diagnostics) == (0, ())


def test_the_project_knows_the_paths_given_and_their_sources(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("one/src/pkg/a.py", "LSTM")
    write("two/b.py", "LSTM")
    projects: list[Project] = []

    def interpret(part: Linted, project: Project, versions: Versions) -> World:
        projects.append(project)
        return World()

    monkeypatch.setattr("lstmlint.interpret.program.interpret", interpret)
    run("one", "two/b.py")
    assert projects[0] is projects[1]
    assert [str(root.relative_to(folder)) for root in projects[0].roots] == ["one", "one/src", "two", "."]
