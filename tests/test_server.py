"""The language server, as an editor meets it: messages over pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lstmlint import __version__

Message = dict[str, Any]
Write = Callable[[str, str], Path]

MODEL = """import torch
from torch import nn

encoder = nn.LSTM(8, 16, dropout=0.5)
"""
LINE = 3
"""Of the mistake, from 0."""
MENDED = MODEL.replace(", dropout=0.5", "")
TIME_FIRST = """import torch
from torch import nn
from torch.utils.data import DataLoader

lstm = nn.LSTM(8, 16)
for batch in DataLoader(torch.randn(64, 9, 8), batch_size=4):
    out, _ = lstm(batch)
    out[:, -1]
"""


class Editor:
    """The other end of the protocol."""

    def __init__(self, folder: Path, *options: str, units: str = "utf-16") -> None:
        command = [sys.executable, "-m", "lstmlint", "server", *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
        )
        self.version = 0
        capabilities = {"general": {"positionEncodings": [units]}}
        self.told = self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=capabilities)
        self.tell("initialized")

    def tell(self, method: str, **params: object) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, **params: object) -> Message:
        self._write({"jsonrpc": "2.0", "id": 1, "method": method, "params": params or None})
        return self.heard(lambda message: message.get("id") == 1)

    def heard(self, is_wanted: Callable[[Message], bool]) -> Message:
        """The next message of a kind."""
        while True:
            message = self._read()
            if is_wanted(message):
                return message

    def published(self) -> Message:
        return dict(self.heard(lambda message: message.get("method", "").endswith("publishDiagnostics"))["params"])

    def open(self, file: Path, text: str, language: str = "python") -> Message:
        document = {"uri": file.as_uri(), "languageId": language, "version": 0, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return self.published()

    def change(self, file: Path, *texts: str) -> None:
        for text in texts:
            self.version += 1
            document = {"uri": file.as_uri(), "version": self.version}
            self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def _write(self, message: Message) -> None:
        data = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()

    def _read(self) -> Message:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, self.process.stderr and self.process.stderr.read().decode()
        return dict(json.loads(self.process.stdout.read(length)))

    def end(self) -> int:
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(10)


@pytest.fixture
def editor(folder: Path) -> Iterator[Editor]:
    one = Editor(folder)
    yield one
    one.process.kill()


def spans(published: Message) -> list[tuple[str, int, int, int]]:
    """The code, line and columns of each finding."""
    found = ((each["code"], each["range"]["start"], each["range"]["end"]) for each in published["diagnostics"])
    return [(code, start["line"], start["character"], end["character"]) for code, start, end in found]


def test_a_text_without_mistakes(editor: Editor, folder: Path) -> None:
    assert editor.open(folder / "model.py", MENDED)["diagnostics"] == []


def test_it_says_who_it_is(editor: Editor) -> None:
    assert editor.told["result"]["serverInfo"] == {"name": "lstmlint", "version": f"v{__version__}"}


def test_a_finding_as_the_protocol_has_it(editor: Editor, folder: Path) -> None:
    published = editor.open(folder / "model.py", MODEL)
    assert spans(published) == [("LST303", LINE, len("encoder = "), len(MODEL.split("\n")[LINE]))]
    (found,) = published["diagnostics"]
    assert (found["severity"], found["source"], published["uri"]) == (2, "lstmlint", (folder / "model.py").as_uri())
    assert found["message"].startswith("dropout=0.5 drops nothing") and "num_layers=2" in found["message"]


def test_what_contradicts_is_related(editor: Editor, folder: Path) -> None:
    file = folder / "model.py"
    (found,) = editor.open(file, TIME_FIRST)["diagnostics"]
    assert found["relatedInformation"]
    assert {each["location"]["uri"] for each in found["relatedInformation"]} == {file.as_uri()}


def test_a_change_is_linted_once_its_writer_pauses(editor: Editor, folder: Path) -> None:
    file = folder / "model.py"
    editor.open(file, MODEL)
    editor.change(file, MODEL + "#", MODEL + "# more", MENDED)
    published = editor.published()
    assert (published["version"], published["diagnostics"]) == (3, [])


def test_what_is_closed_has_no_findings(editor: Editor, folder: Path) -> None:
    file = folder / "model.py"
    editor.open(file, MODEL)
    editor.tell("textDocument/didClose", textDocument={"uri": file.as_uri()})
    assert editor.published()["diagnostics"] == []


def test_a_saved_file_is_seen_by_those_that_import_it(editor: Editor, folder: Path, write: Write) -> None:
    rates = write("rates.py", "RATE = 0.0\n")
    text = "from rates import RATE\n" + MODEL.replace("0.5", "RATE")
    assert editor.open(folder / "model.py", text)["diagnostics"] == []
    rates.write_text("RATE = 0.5\n")
    editor.tell("textDocument/didSave", textDocument={"uri": rates.as_uri()})
    assert [code for code, *_ in spans(editor.published())] == ["LST303"]


@pytest.mark.parametrize(("units", "column"), [("utf-16", 14), ("utf-32", 13), ("utf-8", 16)])
def test_columns_are_counted_as_the_editor_does(units: str, column: int, folder: Path) -> None:
    editor = Editor(folder, units=units)
    text = MODEL.replace("encoder = nn", "s = '\N{GRINNING FACE}'; e = nn")
    ((_, _, start, _),) = spans(editor.open(folder / "model.py", text))
    assert start == column
    editor.process.kill()


def test_the_configuration_above_a_file_counts_as_it_is_now(editor: Editor, folder: Path, write: Write) -> None:
    file = folder / "model.py"
    assert spans(editor.open(file, MODEL))
    write("lstmlint.toml", 'ignore = ["LST303"]\n')
    editor.change(file, MODEL + "#")
    assert editor.published()["diagnostics"] == []


def test_a_wrong_configuration_is_said_once(editor: Editor, folder: Path, write: Write) -> None:
    write("lstmlint.toml", "nonsense = 1\n")
    document = {"uri": (folder / "model.py").as_uri(), "languageId": "python", "version": 0, "text": MODEL}
    editor.tell("textDocument/didOpen", textDocument=document)
    message = editor.heard(lambda message: "method" in message)
    assert message["method"] == "window/showMessage" and "nonsense" in message["params"]["message"]


def test_an_excluded_file_is_left_alone(editor: Editor, folder: Path, write: Write) -> None:
    write("lstmlint.toml", 'exclude = ["old/"]\n')
    assert editor.open(folder / "old" / "model.py", MODEL)["diagnostics"] == []


def test_a_text_that_is_no_file_yet(editor: Editor) -> None:
    document = {"uri": "untitled:Untitled-1", "languageId": "python", "version": 0, "text": MODEL}
    editor.tell("textDocument/didOpen", textDocument=document)
    assert [code for code, *_ in spans(editor.published())] == ["LST303"]


def test_a_syntax_error_is_a_finding(editor: Editor, folder: Path) -> None:
    assert [code for code, *_ in spans(editor.open(folder / "model.py", MODEL + "def\n"))] == ["LST901"]


def test_it_ends_when_told(editor: Editor) -> None:
    assert editor.end() == 0
