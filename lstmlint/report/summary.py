"""What a run found, in a line, and how often each rule was broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lstmlint.findings import Diagnostic, GivenUp
from lstmlint.report.counting import counted, found_none
from lstmlint.report.escaping import escaped


def summary(diagnostics: Sequence[Diagnostic], files: int, shortfall: str = "") -> str:
    """`found 3 problems in 2 files`; of a run that found none, how many files it looked at; then what it lacks."""
    concerned = len({diagnostic.span.path for diagnostic in diagnostics})
    found = f"found {counted(len(diagnostics), 'problem')} in {counted(concerned, 'file')}\n"
    said = found if diagnostics else found_none(files)
    return f"{said.rstrip()}; {shortfall}\n" if shortfall else said


def statistics(diagnostics: Sequence[Diagnostic], given_up: Sequence[GivenUp] = ()) -> str:
    """How often each rule was broken, a line each, the most frequent first; then what was not followed to its end."""
    counts = Counter((diagnostic.code, diagnostic.rule) for diagnostic in diagnostics)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    width = max((len(str(count)) for _, count in ordered), default=0)
    broken = "".join(f"{count:>{width}}  {code}  {rule}\n" for (code, rule), count in ordered)
    return broken + "".join(f"{escaped(each.path)}: gave up {each.what}, after {each.bound}\n" for each in given_up)
