"""What is installed: the wheel with its rule book, and the hook that pre-commit installs from this repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("lstmlint", "rules", "pyproject.toml", "README.md", ".pre-commit-hooks.yaml")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what an installation is made from, as a git repository."""
    copy = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, copy / part)
    commit(copy)
    return copy


def commit(folder: Path) -> None:
    """Makes a folder a git repository with everything in it committed."""
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-q", "-m", "All of it"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_the_wheel_carries_the_rule_book_and_its_types(checkout: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, checkout], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "installed")
    pages = {f"lstmlint/_rules/{page.name}" for page in (checkout / "rules").glob("*.md")}
    assert {name for name in names if name.startswith("lstmlint/_rules/")} == pages != set()
    assert "lstmlint/py.typed" in names
    assert not any(name.startswith(("tests", "rules", "examples")) for name in names)

    ran = subprocess.run(
        [sys.executable, "-m", "lstmlint", "explain", "LST101"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "torch-missing-batch-first" in ran.stdout


def test_the_hook_runs_under_pre_commit(checkout: Path, tmp_path: Path) -> None:
    user = tmp_path / "user"
    user.mkdir()
    (user / "model.py").write_text("LSTM = 1  # lstmlint: ignore[LST104]\n")
    (user / "excluded.py").write_text("LSTM = 1  # lstmlint: ignore[LST104]\n")
    (user / "lstmlint.toml").write_text("exclude = ['excluded.py']\n")
    commit(user)
    ran = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", checkout, "lstmlint", "--all-files"],
        cwd=user,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "PRE_COMMIT_COLOR": "never"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "lstmlint.................................................................Failed" in ran.stdout
    assert "--> model.py:1:11" in ran.stdout
    assert "found 1 problem in 1 file" in ran.stdout
