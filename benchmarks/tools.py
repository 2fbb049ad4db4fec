"""The other linters, in an environment of their own, so that nothing of theirs touches lstmlint's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inputs import FOLDER
from benchmarks.measure import BenchmarkError

REQUIREMENTS = ("ruff==0.17.6", "torchfix==0.7.0", "setuptools<81")
"""TorchFix imports pkg_resources, which later versions of setuptools lack."""


@dataclass(frozen=True)
class Tools:
    """The programs of others; None where they are not there."""

    ruff: str | None
    torchfix: str | None

    def ruff_on(self, tree: Path) -> list[str]:
        """ruff over a tree: two families of rules, no cache and no configuration."""
        assert self.ruff is not None
        options = ["--no-cache", "--select", "F,B", "--isolated", "--exit-zero", "--quiet"]
        return [self.ruff, "check", *options, str(tree)]

    def torchfix_on(self, files: list[Path]) -> list[str]:
        """TorchFix over some files, with all its rules."""
        assert self.torchfix is not None
        return [self.torchfix, "--select", "ALL", *map(str, files)]


def installed() -> Tools:
    """The tools at fixed versions, set up where they are not there yet."""
    environment = FOLDER / "environment"
    mark = environment / "installed"
    if not mark.is_file() or mark.read_text(encoding="utf-8") != str(REQUIREMENTS):
        print(f"installing {', '.join(REQUIREMENTS)}", file=sys.stderr)
        python = environment / "bin" / "python"
        _run(sys.executable, "-m", "venv", "--clear", str(environment))
        _run(str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *REQUIREMENTS)
        mark.write_text(str(REQUIREMENTS), encoding="utf-8")
    return Tools(str(environment / "bin" / "ruff"), str(environment / "bin" / "torchfix"))


def at_hand() -> Tools:
    """The ruff beside this Python, as the tests have it; nothing is installed."""
    return Tools(shutil.which("ruff", path=str(Path(sys.executable).parent)), None)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(command[:4])} failed (--quick does without): {done.stderr.strip()[-300:]}")
