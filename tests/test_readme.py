"""The README says what is: its rules exist, its commands parse, its keys are those of the program."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from lstmlint.arguments import parsed
from lstmlint.cli import main
from lstmlint.engine import configuration
from lstmlint.rulebook import rule_book

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    """The code in the README's fences of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [
    command
    for block in fenced("sh")
    for line in block.splitlines()
    if (command := line.partition("  #")[0].partition("<")[0].strip()).startswith("lstmlint")
]


def test_rules_that_are_shown_exist() -> None:
    shown = re.findall(r"^\| \[([\w-]+)\]\(rules/([\w-]+)\.md\)", README, re.MULTILINE)
    assert len(shown) > 10
    assert all(name == page and name in rule_book().by_name for name, page in shown)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links and all((ROOT / link).exists() for link in links if "://" not in link)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_parse(command: str) -> None:
    parsed(shlex.split(command)[1:])


def test_make_targets_exist() -> None:
    targets = re.findall(r"^make (\w+)", README, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test", "bench"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    (block,) = fenced("toml")
    file = tmp_path / configuration.OWN_FILE
    file.write_text(block, encoding="utf-8")
    read = configuration.read(file, rule_book())
    assert read is not None and read.layer.select == ("ALL",) and read.fail_on == "warning"


def test_the_json_is_what_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = fenced("json")
    shown = json.loads(block)
    monkeypatch.chdir(ROOT)
    main(["--isolated", "--select", shown["rule"], "--output-format", "json", shown["path"]])
    (printed,) = json.loads(capsys.readouterr().out)
    assert list(printed) == list(shown)
    assert list(printed["because"][0]) == list(shown["because"][0])
    words = {"message", "because"}
    assert {key: value for key, value in printed.items() if key not in words} == {
        key: value for key, value in shown.items() if key not in words
    }
