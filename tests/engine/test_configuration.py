"""What configuration files say, and what is said of those that say it wrongly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine.configuration import read
from lstmlint.engine.errors import UsageError
from lstmlint.findings import Confidence, Severity
from lstmlint.rulebook import rule_book
from lstmlint.versions import Version, Versions

BOOK = rule_book()
Write = Callable[[str, str], Path]


def test_every_setting(write: Write) -> None:
    path = write(
        "lstmlint.toml",
        """
        select = ["LST1"]
        ignore = ["torch-hn-layout"]
        extend-select = ["LST202"]
        exclude = ["old/", "*_generated.py"]
        min-confidence = "possible"
        fail-on = "error"
        keras-version = "2.15"
        torch-version = "2.2.1"

        [severity]
        torch-missing-batch-first = "info"
        LST105 = "off"

        [per-file-ignores]
        "tests/*" = ["LST1", "torch-state-unpack"]
        """,
    )
    found = read(path, BOOK)
    assert found is not None
    assert found.root == path.parent
    assert found.layer.select == ("LST1",)
    assert found.layer.ignore == ("torch-hn-layout", "torch-hn-bidirectional")
    assert found.layer.extend_select == ("LST202",)
    assert found.exclude == ("old/", "*_generated.py")
    assert found.severity == (("torch-missing-batch-first", Severity.INFO),)
    assert found.per_file_ignores == (("tests/*", ("LST1", "torch-state-unpack")),)
    assert (found.min_confidence, found.fail_on) == (Confidence.POSSIBLE, "error")
    assert found.versions == Versions(Version((2, 15)), Version((2, 2, 1)))


def test_an_empty_file_sets_nothing(write: Write) -> None:
    found = read(write("lstmlint.toml", ""), BOOK)
    assert found is not None
    assert found.layer.select is None
    assert found.min_confidence is None


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.ruff]\nline-length = 88  # no lstmlint here\n"])
def test_a_project_without_a_table_is_no_configuration(write: Write, text: str) -> None:
    assert read(write("pyproject.toml", text), BOOK) is None


def test_a_project_that_never_names_lstmlint_may_be_broken(write: Write) -> None:
    assert read(write("pyproject.toml", "[[["), BOOK) is None


def test_the_table_of_a_project(write: Write) -> None:
    found = read(write("pyproject.toml", "[tool.lstmlint]\nselect = ['LST101']\n"), BOOK)
    assert found is not None
    assert found.layer.select == ("LST101",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = ['LST101']", "unknown setting `selct`; did you mean `select`?"),
        ("min_confidence = 'likely'", "did you mean `min-confidence`?"),
        ("pineapple = 1", "unknown setting `pineapple`"),
        ("select = 'LST101'", "`select` is a list of strings, not 'LST101'"),
        ("select = [101]", "`select` is a list of strings"),
        ("select = ['LST1O1']", "unknown rule `LST1O1`; did you mean `LST101`?"),
        ("ignore = ['']", "unknown rule ``"),
        ("min-confidence = 'sure'", "`min-confidence` is one of certain, likely, possible, not 'sure'"),
        ("fail-on = 1", "`fail-on` is one of error, warning, info, never, not 1"),
        ("keras-version = 3", '`keras-version` is a version in quotes, such as "3.15", not 3'),
        ("torch-version = '2.x'", "`torch-version` is a version in quotes, such as"),
        ("keras-version = ''", "`keras-version` is a version in quotes"),
        ("keras-version = '9'", """`keras-version`: '9' is not known; the newest that lstmlint knows is "3.15\""""),
        ("torch-version = '3.0'", """`torch-version`: '3.0' is not known; the newest that lstmlint knows is "2.13\""""),
        ("[tool.lstmlint]\nselect = ['LST101']", "unknown setting `tool`; outside of pyproject.toml the keys stand at"),
        ("[lstmlint]\nselect = ['LST101']", "unknown setting `lstmlint`; outside of pyproject.toml the keys stand at"),
        ("severity = 'error'", "`severity` is a table"),
        ("[severity]\ntorch-hn-layout = 'bad'", "`severity.torch-hn-layout` is one of error, warning, info, off"),
        ("[severity]\ntorch-hn-layuot = 'off'", "did you mean `torch-hn-layout`?"),
        ("[per-file-ignores]\n'a.py' = 'LST101'", "`per-file-ignores.a.py` is a list of strings"),
        ("[per-file-ignores]\n'a.py' = ['torch-hn']", "unknown rule `torch-hn`"),
        ("select = [", "not TOML"),
        ("select = ['\udcff']", "not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(folder: Path, text: str, said: str) -> None:
    path = folder / "lstmlint.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(UsageError) as caught:
        read(path, BOOK)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


def test_a_key_of_the_project_s_table_is_no_top_level(write: Write) -> None:
    with pytest.raises(UsageError) as caught:
        read(write("pyproject.toml", "[tool.lstmlint]\ntool = 3\n"), BOOK)
    assert str(caught.value).endswith("unknown setting `tool`")


@pytest.mark.parametrize(
    ("keras", "torch", "found"),
    [
        ("3.16", "2.99.1", Versions(Version((3, 16)), Version((2, 99, 1)))),
        ("3.0.0rc1", "2.13.0+cpu", Versions(Version((3, 0, 0)), Version((2, 13, 0)))),
        ("2.16.0.dev20240101", "2.1.0a0+29c30b1", Versions(Version((2, 16, 0)), Version((2, 1, 0)))),
    ],
)
def test_a_version_counts_by_its_release(write: Write, keras: str, torch: str, found: Versions) -> None:
    own = read(write("lstmlint.toml", f"keras-version = '{keras}'\ntorch-version = '{torch}'\n"), BOOK)
    assert own is not None
    assert own.versions == found


def test_a_table_that_is_none(write: Write) -> None:
    with pytest.raises(UsageError, match="`lstmlint` is a table, not 3"):
        read(write("pyproject.toml", "[tool]\nlstmlint = 3\n"), BOOK)


def test_a_file_that_is_not_there(folder: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read(folder / "none.toml", BOOK)
