"""A process that lints a file again after an edit finds what one that starts anew finds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.engine import recall
from lstmlint.engine.lint import lint, lint_bytes
from lstmlint.engine.settings import Options, SettingsFinder
from lstmlint.findings import Diagnostic
from lstmlint.interpret import program
from lstmlint.interpret.linted import Linted
from lstmlint.rulebook import rule_book

HEADER = "import torch\nfrom torch import nn\nfrom sizes import last\n"
MODEL = """

class {name}(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, num_layers=2)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return last(out), h[{layer}]
"""
USE = "\n\nmodel = {name}()\nbatch = torch.randn(4, 100, 8)\n"


def models(*names: str, layer: int = -1) -> str:
    return HEADER + "".join(MODEL.format(name=name, layer=layer) for name in names)


@pytest.fixture(autouse=True)
def sizes(write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that the programs import, and nothing recalled."""
    monkeypatch.setattr(recall, "_KNOWN", type(recall._KNOWN)())
    return write("sizes.py", "def last(out):\n    return out[:, -1]\n")


class Editor:
    """Lints the texts of one file in turn, and says which definitions were interpreted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **options: object) -> None:
        self.interpreted: list[str] = []
        self.finder = SettingsFinder(rule_book(), Options(isolated=True, **options))  # type: ignore[arg-type]
        interpret = program.interpret

        def noted(part: Linted, *rest: object) -> object:
            self.interpreted += [entry.name for entry in part.definitions]
            return interpret(part, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(program, "interpret", noted)

    def __call__(self, text: str) -> tuple[Diagnostic, ...]:
        self.interpreted.clear()
        return lint_bytes(text.encode(), "models.py", self.finder).diagnostics


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch) -> Editor:
    return Editor(monkeypatch)


def anew(text: str) -> tuple[Diagnostic, ...]:
    """What a run finds that has no memory."""
    Path("models.py").write_text(text)
    return lint(["models.py"], SettingsFinder(rule_book(), Options(isolated=True))).diagnostics


def test_only_the_part_that_was_edited_is_interpreted(editor: Editor) -> None:
    editor(models("A", "B", "C"))
    assert editor.interpreted == ["A", "B", "C"]
    editor(models("A", "B", "C").replace("class B", "class B2"))
    assert editor.interpreted == ["B2"]


def test_nothing_is_interpreted_where_nothing_was_edited(editor: Editor) -> None:
    first = editor(models("A", "B"))
    assert first
    assert (editor(models("A", "B")), editor.interpreted) == (first, [])


EDITS: dict[str, Callable[[str], str]] = {
    "a line more above": lambda text: text.replace("\n\nclass B", "\n# more\n\nclass B"),
    "a line less inside": lambda text: text.replace("        super().__init__()\n", "", 1),
    "a mistake mended": lambda text: text.replace("num_layers=2", "num_layers=2, batch_first=True", 1),
    "a mistake made": lambda text: text.replace("h[-1]", "h[0]", 1),
    "the parts changed places": lambda text: models("B", "A"),
    "a part less": lambda text: models("B"),
    "parts brought together": lambda text: text + USE.format(name="A") + "model(batch), B()(batch)\n",
    "an import less": lambda text: text.replace("from sizes import last\n", ""),
    "another constant": lambda text: text.replace("nn.LSTM(8", "nn.LSTM(SIZE").replace(HEADER, f"{HEADER}SIZE = 8\n"),
    "Keras 2 asked for": lambda text: "import tf_keras\n" + text,
    "an attribute read elsewhere": lambda text: text + "\n\ndef use(model):\n    return model.lstm, nn.LSTM(3, 4)\n",
    "a syntax error": lambda text: text.replace("class B", "class class B"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_found_after_an_edit_is_what_is_found_anew(edit: str, editor: Editor) -> None:
    before = models("A", "B")
    after = EDITS[edit](before)
    assert after != before
    assert editor(before) == anew(before) != ()
    assert editor(after) == anew(after)
    assert editor(before) == anew(before)


def test_a_change_in_an_imported_file_counts(editor: Editor, sizes: Path) -> None:
    text = models("A", "B") + USE.format(name="A") + "model(batch)\n"
    before = editor(text)
    sizes.write_text("def last(out):\n    return out[-1]\n")
    after = editor(text)
    assert "A" in editor.interpreted and "B" in editor.interpreted
    assert after == anew(text) != before


def test_an_imported_file_that_appears_counts(editor: Editor, sizes: Path) -> None:
    text = models("A")
    sizes.unlink()
    editor(text)
    sizes.write_text("def last(out):\n    return out[:, -1]\n")
    found = editor(text)
    assert editor.interpreted == ["A"]
    assert found == anew(text)


def test_other_settings_are_another_question(monkeypatch: pytest.MonkeyPatch, editor: Editor) -> None:
    assert editor(models("A"))
    assert Editor(monkeypatch, select=("LST303",))(models("A")) == ()


def test_old_parts_are_forgotten(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "MOST", 3)
    for number in range(10):
        editor(models(f"A{number}"))
    assert len(recall._KNOWN) == 3


def test_a_run_over_files_keeps_no_parts() -> None:
    anew(models("A"))
    assert not recall._KNOWN
