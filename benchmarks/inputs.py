"""What is linted: the Python files of published packages, unpacked and never run, and files that are generated."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate
from benchmarks.measure import ROOT, BenchmarkError

FOLDER = ROOT / ".benchmarks"
"""Where everything is kept that is fetched or generated; git leaves it out."""
LISTING = Path(__file__).with_name("packages.txt")
BUILDS = re.compile(rb"\b(LSTM|GRU|RNN|SimpleRNN|LSTMCell|GRUCell|Bidirectional)\(")
"""What stands in a file that builds a recurrent layer."""
_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")
_WHEELS_ONLY = ("--no-deps", "--only-binary=:all:", "--ignore-requires-python")


@dataclass(frozen=True)
class Inputs:
    """A tree of files, and those in it that build recurrent layers."""

    tree: Path
    what: str
    """Where it comes from, for the reader of the table."""

    @property
    def files(self) -> list[Path]:
        """All Python files."""
        return sorted(self.tree.rglob("*.py"))

    @property
    def dense(self) -> list[Path]:
        """The files that build recurrent layers and that Python can parse."""
        return [path for path in self.files if BUILDS.search(data := path.read_bytes()) and _parses(data)]


def lines_of(files: list[Path]) -> int:
    """How many lines some files have."""
    return sum(path.read_bytes().count(b"\n") for path in files)


def requirements() -> Iterator[str]:
    """The packages that are fetched, `name==version`."""
    for line in LISTING.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def fetched() -> Inputs:
    """The packages of the listing, those that are not there yet fetched with pip."""
    tree = _folder("packages")
    for requirement in requirements():
        target = tree / requirement.replace("==", "-")
        if not target.is_dir():
            print(f"fetching {requirement}", file=sys.stderr)
            _unpack(_wheel(requirement), target)
    return Inputs(tree, "published packages")


def generated(plain: int = 1_500, models: int = 60) -> Inputs:
    """A tree of so many files without recurrent layers and so many with models."""
    tree = _folder("generated")
    for number in range(plain):
        _write(tree / f"package{number % 25}" / f"plain{number}.py", generate.plain(number))
    for number in range(models):
        _write(tree / f"package{number % 25}" / f"model{number}.py", generate.models(number, 8))
    return Inputs(tree, "generated files")


def _folder(name: str) -> Path:
    """A folder for inputs. All of them are ignored for git, and none of them for the linters."""
    folder = FOLDER / name
    _write(folder / ".gitignore", "!*\n")
    return folder


def _wheel(requirement: str) -> Path:
    wheels = FOLDER / "wheels" / requirement
    command = [sys.executable, *_PIP, "download", *_WHEELS_ONLY, "--dest", str(wheels), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = sorted(wheels.glob("*.whl"))
    if not found:
        raise BenchmarkError(f"{requirement} cannot be fetched (--quick does without): {done.stderr.strip()[-300:]}")
    return found[0]


def _unpack(wheel: Path, target: Path) -> None:
    """Takes the Python files out of a wheel; all or nothing is there afterwards."""
    partly = target.with_name(f".{target.name}")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(partly, [name for name in archive.namelist() if name.endswith(".py")])
    partly.rename(target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _parses(data: bytes) -> bool:
    try:
        compile(data, "", "exec", flags=0x400, dont_inherit=True)  # to a syntax tree only
    except (SyntaxError, ValueError):
        return False
    return True
