"""Programs that do not behave: each costs one clear line and leaves no process behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lstmlint.verify.process import MARK

MODEL = """
import os, sys
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)
        {build}

    def forward(self, x):
        {forward}
        return self.lstm(x)[0][:, -1]


if __name__ == "__main__":
    raise SystemExit("the main block is not run")
"""

PROGRAMS = {
    "quiet": ("pass", "pass", "", ""),
    "loops": ("pass", "while True: pass", "", "running Net took more than"),
    "loops on import": ("pass", "pass", "while True: pass", "importing the file took more than"),
    "exits": ("pass", "sys.exit(3)", "", "SystemExit: 3"),
    "exits on import": ("pass", "pass", "sys.exit(3)", "SystemExit: 3"),
    "leaves": ("pass", "os._exit(7)", "", "ended the process (code 7)"),
    "dies": ("pass", "os.kill(os.getpid(), 11)", "", "SIGSEGV"),
    "forks": ("pass", "os.fork()", "", "does not let the program start another process"),
    "prints": ("pass", "print('x' * 30_000_000)", "", ""),
    "leaks": ("self.kept = [bytearray(1 << 28) for _ in range(99)]", "pass", "", "out of memory"),
    "raises": ("raise KeyError('weights')", "pass", "", "KeyError: 'weights'"),
    "imports what is missing": ("pass", "pass", "import no_such_module", "No module named 'no_such_module'"),
    "writes": ("open('weights.bin', 'w')", "pass", "", "does not let the program write"),
    "connects": (
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "pass",
        "",
        "does not let the program reach the network",
    ),
    "wants more": ("pass", "x.no_such_thing", "", "no attribute 'no_such_thing'"),
    "does not parse": ("pass", "pass", "def broken(:", ""),
    "aborts": ("pass", "os.abort()", "", "SIGABRT"),
    "reads where there is no memory": ("pass", "import ctypes; ctypes.string_at(0)", "", "SIGSEGV"),
    "recurses": ("pass", "self.forward(x)", "", "RecursionError"),
    "grows": ("pass", "kept = []\n        while True: kept.append(bytearray(1 << 24))", "", "out of memory"),
    "asks": ("pass", "input('go on?')", "", "EOFError"),
    "is interrupted": ("pass", "raise KeyboardInterrupt", "", "KeyboardInterrupt"),
    "exits in the constructor": ("sys.exit('no weights')", "pass", "", "SystemExit: no weights"),
    "closes what it does not know": ("pass", "os.closerange(3, 200)", "", "ended the process"),
    "leaves a thread": (
        "import threading, time; threading.Thread(target=time.sleep, args=(600,)).start()",
        "pass",
        "",
        "",
    ),
    "loops in silence": (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "while True: pass",
        "",
        "running Net took more than",
    ),
    "loops and prints": ("pass", "while True: print('x' * 1_000_000)", "", "running Net took more than"),
    "stops and loops": ("pass", "os.kill(os.getpid(), 19)", "", "running Net took more than"),
}
"""What stands in the constructor, in forward and at top level, and the trouble that is told (empty: none)."""


HARMLESS = ("quiet", "prints", "leaves a thread")
"""Programs whose model runs; of all others, nothing is verified."""


def strays(folder: Path) -> list[str]:
    """The processes that still run under a mark of verify and were started in a folder."""
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else []:
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
                if (entry / "cwd").resolve() != folder.resolve():
                    continue
            except OSError:
                continue
            if f"{MARK}=".encode() in environment and int(entry.name) != os.getpid():
                found.append(entry.name)
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_fault_is_one_clear_line(name: str, tmp_path: Path) -> None:
    build, forward, top, wanted = PROGRAMS[name]
    file = tmp_path / "model.py"
    file.write_text(MODEL.format(build=build, forward=forward) + f"\n{top}\n", encoding="utf-8")
    limits = ["--timeout", "6" if "loops" in name else "120", "--memory", "1"]
    command = [sys.executable, "-m", "lstmlint", "verify", *limits, "--output-format", "json", str(file)]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert finished.returncode == (0 if name in HARMLESS else 2), finished.stderr
    told = json.loads(finished.stdout)
    messages = [trouble["message"] for trouble in told["troubles"]]
    assert len(messages) == bool(wanted), messages
    assert all(wanted in message and "\n" not in message for message in messages), messages
    assert not (tmp_path / "weights.bin").exists()
    deadline = time.monotonic() + 5
    while strays(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not strays(tmp_path)


LINGERING = """
        import ctypes
        if "cpu" in str(x.device) and not ctypes.CDLL(None).fork():
            os.setsid()
            import time
            time.sleep(600)
            os._exit(0)
"""
SPAWNING = "import multiprocessing as m, time; m.get_context('spawn').Process(target=time.sleep, args=(600,)).start()"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are found by /proc")
@pytest.mark.parametrize("forward", [LINGERING.strip(), SPAWNING], ids=["forks unseen", "spawns"])
def test_a_process_that_is_started_unseen_does_not_outlive_the_run(forward: str, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL.format(build="pass", forward=forward), encoding="utf-8")
    command = [sys.executable, "-m", "lstmlint", "verify", "--output-format", "json", str(file)]
    subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment())
    deadline = time.monotonic() + 5
    while strays(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not strays(tmp_path)


def test_a_model_too_large_for_memory_is_seen_by_its_shapes(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    build = "self.wide = nn.Linear(60_000, 60_000)"
    text = MODEL.format(build=build, forward="pass").replace("raise SystemExit", "Net()(torch.randn(2, 5, 3)), ")
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "lstmlint", "verify", "--memory", "1", "--output-format", "json", str(file)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, env=environment()).stdout)
    assert told["troubles"] == []
    assert told["layers"][0]["observed"].startswith("(2, 5, 3) (shapes only")


def environment() -> dict[str, str]:
    """The environment, with this lstmlint on the path of the command's interpreter."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def test_an_interpreter_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(MODEL.format(build="pass", forward="pass"), encoding="utf-8")
    command = [sys.executable, "-m", "lstmlint", "verify", "--python", str(tmp_path / "python"), str(file)]
    finished = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert finished.returncode == 2 and "no such interpreter" in finished.stderr
