"""What is said of command lines that are wrong: one line, and what was meant where that can be known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.arguments import parsed
from lstmlint.cli import main
from lstmlint.engine.errors import UsageError

Write = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("arguments", "command"),
    [([], "check"), (["a.py"], "check"), (["-q", "a.py"], "check"), (["verify", "a"], "verify"), (["rules"], "rules")],
)
def test_a_line_without_a_command_lints(arguments: list[str], command: str) -> None:
    assert parsed(arguments).command == command


def test_values_are_read() -> None:
    options = parsed(["-j", "3", "--timeout", "1.5", "--select", "LST1, LST2", "--select", "ALL,", "--exclude", "a,b"])
    assert (options.jobs, options.timeout) == (3, 1.5)
    assert (options.select, options.exclude) == ([("LST1", "LST2"), ("ALL",)], [("a", "b")])


JOBS, ABOVE = "argument --jobs/-j: a whole number from 1 on, not", "a number above zero, not"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-j", "0"], f"{JOBS} '0'"),
        (["-j", "-1"], f"{JOBS} '-1'"),
        (["-j", "many"], f"{JOBS} 'many'"),
        (["--jobs=1.5"], f"{JOBS} '1.5'"),
        (["-j"], "argument --jobs/-j: expected one argument"),
        (["verify", "--timeout", "nan"], f"argument --timeout: {ABOVE} 'nan'"),
        (["verify", "--timeout", "soon"], f"argument --timeout: {ABOVE} 'soon'"),
        (["verify", "--memory", "inf"], f"argument --memory: {ABOVE} 'inf'"),
        (["verify", "--memory", "0"], f"argument --memory: {ABOVE} '0'"),
        (["verify", "--python", ""], "argument --python: the value is empty"),
        (["--config="], "argument --config: the value is empty"),
        (["--stdin-filename", ""], "argument --stdin-filename: the value is empty"),
        (["--cache-dir="], "argument --cache-dir: the value is empty"),
        (["--select", "LST1O1"], "--select: unknown rule `LST1O1`; did you mean `LST101`?"),
        (["--ignore", "LST101,nothing"], "--ignore: unknown rule `nothing`"),
        (["--select", ""], "argument --select: names or codes of rules, not ''"),
        (["--extend-select", ""], "argument --extend-select: names or codes of rules, not ''"),
        (["--ignore", " ,"], "argument --ignore: names or codes of rules, not ' ,'"),
        (["--min-confidence", "sure"], "argument --min-confidence: invalid choice: 'sure'"),
        (["--fail-on", "always"], "argument --fail-on: invalid choice: 'always'"),
        (["--output-format", "xml"], "argument --output-format: invalid choice: 'xml'"),
        (["rules", "--output-format", "concise"], "argument --output-format: invalid choice: 'concise'"),
        (["explain", "LST101", "--color", "red"], "argument --color: invalid choice: 'red'"),
        (["explain"], "the following arguments are required: RULE"),
        (["explain", "LST101", "LST102"], "`LST102` is one argument too many"),
        (["--selct", "LST101"], "unknown option `--selct`; did you mean `--select`?"),
        (["--selct=LST101"], "unknown option `--selct`; did you mean `--select`?"),
        (["verify", "a.py", "--show-refutd"], "unknown option `--show-refutd`; did you mean `--show-refuted`?"),
        (["rules", "--select", "LST1"], "unknown option `--select`"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"lstmlint: error: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["--no-cache", "verify", "my model.py"], "lstmlint verify --no-cache 'my model.py'"),
        (["--color", "never", "rules"], "lstmlint rules --color never"),
        (["model.py", "verify"], "lstmlint verify model.py"),
        (["--debug", "check", "model.py"], "lstmlint check --debug model.py"),
    ],
)
def test_a_command_comes_first(arguments: list[str], meant: str, write: Write) -> None:
    for name in ("model.py", "my model.py"):
        write(name, "")
    with pytest.raises(UsageError) as caught:
        parsed(arguments)
    assert str(caught.value) == f"the command comes first: `{meant}`"


def test_a_folder_may_have_the_name_of_a_command(write: Write) -> None:
    write("verify/a.py", "")
    assert parsed(["--no-cache", "verify"]).paths == ["verify"]
    assert parsed(["check", "rules"]).paths == ["rules"]
