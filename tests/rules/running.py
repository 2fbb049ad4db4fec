"""Programs run under the real framework: one process for each framework, started when it is first needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.rules.pages import ROOT


class Frameworks:
    """The running processes, by framework."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("w", encoding="utf-8")
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def run(self, framework: str, path: Path) -> tuple[str, str]:
        """Runs a file under torch or keras: the name of the exception it raised (empty: none) and the traceback."""
        process = self._process(framework)
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f"the process with {framework} ended; see {self._log.name}"
        raised, report = json.loads(answer)
        return raised, report

    def close(self) -> None:
        """Ends all processes."""
        for process in self._processes.values():
            process.communicate()
        self._log.close()

    def _process(self, framework: str) -> subprocess.Popen[str]:
        if framework not in self._processes:
            command = [sys.executable, "-m", "tests.rules.executor", framework]
            self._processes[framework] = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
            )
        return self._processes[framework]
