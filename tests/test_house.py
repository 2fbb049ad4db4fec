"""The house tests itself: what stands where, what imports what, and that pages, checks and codes belong together."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from lstmlint.checks import all_checks
from lstmlint.rulebook import KEYS, rule_book

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lstmlint"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
LAYERS = (
    "lean",
    "modules",
    "headroom",
    "triage",
    "source",
    "sizes",
    "versions",
    "values",
    "weights",
    "events",
    "findings",
    "syntax",
    "names",
    "answers",
    "catalogue",
    "world",
    "interpret",
    "rulebook",
    "checks",
    "engine",
    "verify",
    "report",
    "quick",
    "server",
    "arguments",
    "cli",
    "__main__",
)
"""Modules and packages of lstmlint from the ground up: each imports only from itself and from what stands before it."""

LONGEST = 400
"""Lines of a file."""
WIDEST = 120
"""Characters of a line."""
SPOKEN_OF = re.compile(r"\b(TODO|FIXME|XXX|sessions?|issues?|agents?)\b|(?<![\w.])/(work|root|home|tmp)/")
"""What speaks of how and where this was written, and not of what it is."""


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def is_for_types_only(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(module: str) -> Iterator[str]:
    """The modules of lstmlint that a module imports, also inside functions; not what only a type checker reads."""
    pending: list[ast.AST] = [node for node in tree(module).body if not is_for_types_only(node)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports by a relative path"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else str(node.module) for name in names if node.module in MODULES)
        pending += ast.iter_child_nodes(node)


def layer(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_every_module_has_its_layer() -> None:
    assert {layer(module) for module in MODULES} - {""} == set(LAYERS)


@pytest.mark.parametrize("module", [module for module in MODULES if layer(module)])
def test_imports_run_downward(module: str) -> None:
    height = LAYERS.index(layer(module))
    upward = {found for found in imports(module) if layer(found) and LAYERS.index(layer(found)) > height}
    assert not upward


def test_no_imports_run_in_a_circle() -> None:
    sorter = TopologicalSorter({module: set(imports(module)) - {module} for module in MODULES})
    sorter.prepare()  # raises a CycleError that names the circle


@pytest.mark.parametrize("module", MODULES)
def test_libcst_stays_in_the_basement(module: str) -> None:
    names = {
        name.partition(".")[0] if not name.startswith("libcst.") else name
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert not names & {"libcst.matchers", "libcst.codemod"}
    if not module.startswith(("lstmlint.syntax", "lstmlint.interpret")):
        assert not any(name.startswith("libcst") for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_and_public_name_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree(module)), "the module says nothing"
    silent = [
        node.name
        for node in tree(module).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not silent


def test_rules_have_a_page_and_a_check() -> None:
    pages = {rule.name for rule in rule_book().rules if not (rule.is_tool or rule.is_observed)}
    checks = {check.rule for check in all_checks()}
    assert checks == pages


@pytest.mark.parametrize("rule", [check.rule for check in all_checks()])
def test_a_check_stands_in_the_file_with_its_rules_name(rule: str) -> None:
    module = f"lstmlint.checks.{rule.replace('-', '_')}"
    assert any(check.run.__module__ == module for check in all_checks() if check.rule == rule)


def test_rules_about_runs_are_spoken_by_what_runs() -> None:
    spoken = {
        node.value
        for module in MODULES
        if layer(module) == "verify"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    observed = {rule.name for rule in rule_book().rules if rule.is_observed}
    assert observed and observed <= spoken


def test_what_runs_elsewhere_needs_only_the_standard_library() -> None:
    """The worker runs under an interpreter that may lack all that lstmlint depends on."""
    for module in (name for name in MODULES if name.startswith("lstmlint.verify.worker")):
        for node in ast.walk(tree(module)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                known = name.startswith("lstmlint.verify.worker") or name == "lstmlint.verify.contracts"
                assert known or name.partition(".")[0] in sys.stdlib_module_names, f"{module} imports {name}"


def test_codes_are_well_formed_and_used_once() -> None:
    codes = [rule.code for rule in rule_book().rules]
    assert all(re.fullmatch(r"LST\d{3}", code) for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("page", sorted((ROOT / "rules").glob("*.md")), ids=lambda page: page.stem)
def test_front_matter_has_exactly_its_keys(page: Path) -> None:
    matter = page.read_text(encoding="utf-8").split("\n---\n")[0].splitlines()[1:]
    assert [line.partition(":")[0] for line in matter] == list(KEYS)


def written() -> Iterator[Path]:
    """The project's own texts."""
    code = (f"{folder}/**/*.py" for folder in ("lstmlint", "tests", "benchmarks", "examples"))
    for pattern in (*code, "rules/*.md", "docs/**/*.md", "*.md"):
        yield from sorted(ROOT.glob(pattern))
    yield from (ROOT / name for name in ("Makefile", "pyproject.toml", ".ci/run", ".pre-commit-hooks.yaml"))


@pytest.mark.parametrize("path", [*written()], ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_speak_of_the_project(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    if path != Path(__file__):
        assert not SPOKEN_OF.search(text)


@pytest.mark.parametrize("page", [path for path in written() if path.suffix == ".md"], ids=lambda page: page.stem)
def test_prose_is_as_narrow_as_code(page: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert not [line for line in prose.splitlines() if len(line) > WIDEST and not line.startswith("|")]
