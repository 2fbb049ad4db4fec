"""The command line: what it prints where, and the number it ends with."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lstmlint
from lstmlint.cli import main

Write = Callable[[str, str], Path]
Capture = pytest.CaptureFixture[str]
FLAW = 'LSTM = 1\nx = flaw("torch-hn-layout")\n'
ROOT = Path(__file__).resolve().parents[1]


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs lstmlint as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "lstmlint", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.fixture
def flawed(write: Write, flaws: None) -> Path:
    return write("model.py", FLAW)


def test_nothing_to_find(write: Write, capsys: Capture) -> None:
    write("a.py", "x = 1\n")
    assert main(["."]) == 0
    assert capsys.readouterr() == ("found no problems in 1 file\n", "")


@pytest.mark.usefixtures("flawed")
@pytest.mark.parametrize("arguments", [[], ["."], ["model.py"], ["check"], ["check", "model.py"], ["--no-cache", "."]])
def test_linting_needs_no_command(arguments: list[str], capsys: Capture) -> None:
    assert main([*arguments, "--output-format", "concise"]) == 1
    assert capsys.readouterr().out == (
        "model.py:2:5: error LST104 [torch-hn-layout] a flaw\nfound 1 problem in 1 file\n"
    )


@pytest.mark.usefixtures("flawed")
def test_the_full_output(capsys: Capture) -> None:
    assert main(["."]) == 1
    out = capsys.readouterr().out
    assert out.startswith("error[torch-hn-layout]: a flaw\n --> model.py:2:5\n")
    assert '2 | x = flaw("torch-hn-layout")\n  |     ^^^^' in out
    assert "1 | LSTM = 1\n  | - the file begins here\n" in out
    assert "= help: mend it\n" in out
    assert out.endswith("\n\nfound 1 problem in 1 file\n")
    assert "\x1b" not in out


@pytest.mark.usefixtures("flawed")
def test_json(capsys: Capture) -> None:
    assert main([".", "--output-format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["rule"], found["path"], found["line"]) == ("torch-hn-layout", "model.py", 2)
    assert main([".", "--output-format", "json", "--ignore", "LST104"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("flawed")
def test_quiet_shows_findings_and_nothing_else(capsys: Capture) -> None:
    main([".", "--quiet", "--output-format", "concise"])
    assert capsys.readouterr().out.count("\n") == 1
    main([".", "-q", "--ignore", "LST104"])
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("flawed")
def test_statistics(capsys: Capture) -> None:
    assert main([".", "--statistics"]) == 1
    assert capsys.readouterr().out == "1  LST104  torch-hn-layout\nfound 1 problem in 1 file\n"
    main([".", "--statistics", "--output-format", "json"])
    out, err = capsys.readouterr()
    assert len(json.loads(out)) == 1
    assert err == "1  LST104  torch-hn-layout\n"


def test_statistics_say_what_was_given_up(write: Write, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from lstmlint.interpret import program, run

    for module in (program, run):
        monkeypatch.setattr(module, "STEPS", 40)
    write("plain.py", "from torch import nn\nlayer = nn.LSTM(3, 5)\n")
    body = "".join(f"    x = x + {number}\n" for number in range(40))
    write("long.py", f"from torch import nn\nlayer = nn.LSTM(3, 5)\n\n\ndef f(x):\n{body}    return layer(x)\n")
    said = "long.py: gave up f, and what follows it, after 40 steps\n"
    for _ in range(2):  # the second time from what was kept
        main([".", "--statistics"])
        assert capsys.readouterr().out == f"{said}found no problems in 2 files\n"
    main([".", "--statistics", "--output-format", "json"])
    assert capsys.readouterr() == ("[]\n", said)


@pytest.mark.usefixtures("flawed")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--select", "LST104"], 1),
        (["--select", "LST101,torch-hn-layout"], 1),
        (["--select", "LST101", "--select", "LST104"], 1),
        (["--select", "LST101"], 0),
        (["--select", "LST101", "--extend-select", "LST104"], 1),
        (["--ignore", "LST1"], 0),
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--exit-zero"], 0),
        (["--exclude", "model.py"], 0),
        (["--exclude", "other.py,model.py"], 0),
        (["--exclude", "other.py"], 1),
    ],
)
def test_choices_and_what_the_run_ends_with(arguments: list[str], status: int) -> None:
    assert main([*arguments, "."]) == status


def test_confidence(write: Write, flaws: None) -> None:
    write("a.py", 'LSTM\nflaw("torch-hn-layout", "likely")\n')
    assert main(["."]) == 1
    assert main([".", "--min-confidence", "certain"]) == 0
    write("a.py", 'LSTM\nflaw("torch-hn-layout", "possible")\n')
    assert main(["."]) == 0
    assert main([".", "--min-confidence", "possible"]) == 1


@pytest.mark.usefixtures("flawed")
def test_configurations(write: Write) -> None:
    write("lstmlint.toml", "ignore = ['LST104']")
    assert main(["."]) == 0
    assert main([".", "--isolated"]) == 1
    write("other.toml", "fail-on = 'error'")
    assert main([".", "--config", "other.toml"]) == 1


@pytest.mark.usefixtures("flawed")
def test_named_files_are_excluded_by_force() -> None:
    assert main(["model.py", "--exclude", "model.py"]) == 1
    assert main(["model.py", "--exclude", "model.py", "--force-exclude"]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.py"], "none.py: no such file or folder"),
        (["--select", "LST1O1"], "unknown rule `LST1O1`; did you mean `LST101`?"),
        (["--config", "none.toml"], "none.toml: No such file or directory"),
        (["-", "model.py"], "standard input (-) is linted alone"),
        (["explain", "torch-hn-layuot"], "did you mean `torch-hn-layout`?"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, folder: Path, capsys: Capture) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lstmlint: error: ")
    assert said in err


def test_a_bad_configuration(write: Write, capsys: Capture) -> None:
    path = write("sub/lstmlint.toml", "selct = []")
    write("sub/a.py", "")
    assert main(["."]) == 2
    assert capsys.readouterr().err == f"lstmlint: error: {path}: unknown setting `selct`; did you mean `select`?\n"


def test_a_name_with_a_line_end_is_one_line(write: Write, flaws: None, capsys: Capture) -> None:
    write("a\nb.py", FLAW)
    assert main([".", "--output-format", "concise"]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "a\\nb.py:2:5: error LST104 [torch-hn-layout] a flaw"
    main([".", "--output-format", "json"])
    assert json.loads(capsys.readouterr().out)[0]["path"] == "a\nb.py"
    main(["c\nd.py"])
    assert capsys.readouterr().err == "lstmlint: error: c\\nd.py: no such file or folder\n"
    write("a\nb.py", "LSTM\ncrash()\n")
    main(["."])
    assert capsys.readouterr().err.startswith("lstmlint: error: a\\nb.py could not be analysed: ")


def test_a_failure_of_its_own_is_said_and_the_rest_is_linted(write: Write, flaws: None, capsys: Capture) -> None:
    write("a.py", "LSTM\ncrash()\n")
    write("b.py", FLAW)
    assert main([".", "--output-format", "concise", "--exit-zero"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("b.py:2:5: error LST104")
    assert err.startswith("lstmlint: error: a.py could not be analysed: KeyError: 'no such thing'\n")
    assert "Traceback" not in err
    main([".", "--debug"])
    assert "Traceback" in capsys.readouterr().err


def test_a_failure_outside_all_files_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr("lstmlint.cli.lint", lambda *arguments: 1 / 0)
    assert main(["."]) == 2
    assert capsys.readouterr().err.startswith("lstmlint: error: lstmlint failed: ZeroDivisionError")


def test_standard_input(write: Write, flaws: None, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    write("tests/lstmlint.toml", "[severity]\ntorch-hn-layout = 'warning'\n")
    shown = []
    for arguments in (["-"], ["--stdin-filename", "tests/model.py", "-"], ["--stdin-filename", "model.py"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FLAW.encode())))
        assert main([*arguments, "--output-format", "concise", "-q"]) == 1
        shown.append(capsys.readouterr().out.partition(" LST104")[0])
    assert shown == ["-:2:5: error", "tests/model.py:2:5: warning", "model.py:2:5: error"]


@pytest.mark.parametrize("name", ["torch-missing-batch-first", "LST101", "lst101"])
def test_explain_shows_a_page(name: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 0
    out = capsys.readouterr().out
    assert "LST101" in out
    assert "torch-missing-batch-first" in out
    assert "\x1b" not in out
    main(["explain", name, "--color", "always"])
    assert "\x1b[" in capsys.readouterr().out


def test_rules_are_listed(capsys: Capture) -> None:
    assert main(["rules"]) == 0
    assert "torch-missing-batch-first" in capsys.readouterr().out
    assert main(["rules", "--output-format", "json"]) == 0
    assert {rule["code"] for rule in json.loads(capsys.readouterr().out)} >= {"LST101", "LST901"}


@pytest.mark.usefixtures("flawed")
def test_colour(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def coloured(*arguments: str) -> bool:
        main([".", *arguments])
        return "\x1b[" in capsys.readouterr().out

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not coloured()
    assert coloured("--color", "always")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert coloured()
    assert not coloured("--color", "never")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured()
    assert coloured("--color", "always")


def test_the_version() -> None:
    ran = program("--version")
    assert (ran.returncode, ran.stdout) == (0, f"lstmlint {lstmlint.__version__}\n")


def test_help_names_the_commands() -> None:
    ran = program("--help")
    assert ran.returncode == 0
    assert all(command in ran.stdout for command in ("check", "explain", "rules"))


def test_a_closed_pipe_is_no_failure(write: Write) -> None:
    write("model.py", "LSTM = 1  # lstmlint: ignore[LST104]\n" * 3_000)
    command = f"{sys.executable} -m lstmlint model.py --output-format concise | head -n 1"
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stdout.count("\n"), ran.stderr) == (1, 1, "")


def test_a_full_disk_is_said(write: Write) -> None:
    write("model.py", "LSTM = 1  # lstmlint: ignore[LST104]\n")
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "lstmlint", "model.py"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert ran.returncode not in (0, 1)
    assert "No space left" in ran.stderr


def test_a_terminal_that_shows_only_ascii(write: Write) -> None:
    write("modèle.py", "LSTM = 'é'  # lstmlint: ignore[LST104]\n")
    ran = program("modèle.py", PYTHONIOENCODING="ascii")
    assert ran.returncode == 1
    assert "mod\\xe8le.py" in ran.stdout
    assert ran.stderr == ""


def test_two_runs_print_the_same(write: Write) -> None:
    for name in ("a.py", "b.py", "c/d.py"):
        write(name, "LSTM = 1  # lstmlint: ignore[LST104, LST101]\n" * 5)
    assert program(".").stdout == program(".", PYTHONHASHSEED="7").stdout


def imported(*arguments: str) -> set[str]:
    """The top-level packages that a run of lstmlint imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "lstmlint", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}


def test_files_without_recurrent_layers_import_nothing_heavy(write: Write) -> None:
    write("a.py", "import torch\nmodel = torch.nn.Linear(1, 2)\n")
    write("broken.py", "x = )\n")
    write("pyproject.toml", "[project]\nname = 'x'\n")
    for output in ("full", "concise", "json"):
        assert not imported(".", "--output-format", output) & {"libcst", "rich", "pathspec", "tomllib", "tomli"}


def test_output_that_is_not_drawn_does_not_import_rich(write: Write) -> None:
    write("a.py", "LSTM = 1  # lstmlint: ignore[LST104]\n")
    assert "rich" not in imported(".", "--output-format", "json")
    assert "rich" not in imported(".", "--output-format", "concise")
    assert "rich" not in imported("rules", "--output-format", "json")
    assert "rich" in imported(".")


def test_the_version_of_a_folder_counts_in_it(write: Write, capsys: Capture) -> None:
    write("old/lstmlint.toml", 'keras-version = "2.15"\n')
    for path in ("old/model.py", "new/model.py"):
        write(path, "from keras.layers import LSTM\n\nLSTM(4, batch_input_shape=(3, 5, 7))\n")
    assert main([".", "--output-format", "json"]) == 1
    assert [(found["path"], found["rule"]) for found in json.loads(capsys.readouterr().out)] == [
        ("new/model.py", "keras-removed-api")
    ]


def test_the_server_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    for name in ("pygls", "lsprotocol"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "lstmlint.server", raising=False)
    assert main(["server"]) == 2
    assert capsys.readouterr().err.endswith("pip install 'lstmlint[editor]'\n")
