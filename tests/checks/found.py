"""Runs the checks over a program given as text; `# error` at the end of a line marks where a finding is expected."""

from __future__ import annotations

import re
from textwrap import dedent

from lstmlint.checks import all_checks, find
from lstmlint.findings import Finding
from lstmlint.versions import NEWEST, Versions
from tests.interpret.programs import world_of

_MARK = re.compile(r"[ \t]*# error[ \t]*$", re.MULTILINE)


def findings(text: str, versions: Versions = NEWEST) -> list[tuple[str, Finding]]:
    """Every rule's findings in a program, for some versions of the frameworks."""
    return find(world_of(_MARK.sub("", dedent(text)), versions), all_checks())


def marked(text: str) -> list[int]:
    """The lines that are marked."""
    lines = dedent(text).split("\n")
    return [number for number, line in enumerate(lines, 1) if _MARK.search(line)]


def lines_of(text: str, rule: str) -> list[int]:
    """The lines on which a rule finds something."""
    return sorted({finding.place.span.line for name, finding in findings(text) if name == rule})


def assert_found(text: str, rule: str, versions: Versions = NEWEST) -> list[Finding]:
    """A program has findings of a rule on its marked lines and on no other; they are handed out."""
    found = [finding for name, finding in findings(text, versions) if name == rule]
    assert sorted({finding.place.span.line for finding in found}) == marked(text)
    for finding in found:
        assert_well_formed(finding)
    return found


def assert_silent(text: str, rule: str = "", versions: Versions = NEWEST) -> None:
    """A program has no findings of a rule, or of any rule."""
    assert [(name, finding.message) for name, finding in findings(text, versions) if rule in ("", name)] == []


def assert_well_formed(finding: Finding) -> None:
    """A message is one line, in lower case unless it starts with code, a number or a name, without a full stop."""
    for said in (finding.message, finding.cure, *(evidence.text for evidence in finding.because)):
        assert "\n" not in said
        assert not said.endswith(".")
        assert said == said.strip()
    assert finding.message[0] in "`0123456789abcdefghijklmnopqrstuvwxyz" or finding.message.split()[0].isidentifier()
