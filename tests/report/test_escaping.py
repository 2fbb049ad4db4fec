"""What would end a line, or steer a terminal, is written out in lines that other programs read."""

from __future__ import annotations

import re

import pytest

from lstmlint.report.escaping import escaped, in_front_of_position


@pytest.mark.parametrize("text", ["", "src/model.py", "C:\\new\\model.py", "modèle 2.py", "模型.py", 'it\'s "it".py'])
def test_plain_text_stays(text: str) -> None:
    assert escaped(text) == in_front_of_position(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb.py", "a\\nb.py"),
        ("a\r\tb.py", "a\\r\\tb.py"),
        ("a\x1b[31m.py", "a\\x1b[31m.py"),
        ("a\x85\u2028b.py", "a\\x85\\u2028b.py"),
        ("a\u202eb.py", "a\\u202eb.py"),
        ("a\udcff.py", "a\\udcff.py"),
    ],
)
def test_what_steers_is_written_out(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize("name", ["a:1:2.py", "a:1", "a:1:", "12:30.py", "a:b.py"])
def test_a_name_with_colons_is_no_position(name: str) -> None:
    found = re.match(r"(.+?):(\d+):(\d+): ", f"{in_front_of_position(name)}:3:4: error")
    assert found is not None
    assert (found[1].replace("\\x3a", ":"), found[2], found[3]) == (name, "3", "4")
