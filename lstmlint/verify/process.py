"""The worker's process: started, listened to, and ended with all that it started, whatever the program does.

The program's own output goes to pipes of its own, of which the end is kept. The answer comes on a pipe that the program
does not know of. A step that takes too long, a death by a signal and an exit each give one fault.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from lstmlint.engine.errors import UsageError
from lstmlint.verify.contracts import Fault, Observation, Request, decode, encode

WORKER = Path(__file__).with_name("worker") / "__main__.py"
MARK = "LSTMLINT_VERIFY"
KEPT = 16_000
"""Bytes of the program's output that are kept, the last ones."""
FRAMEWORK_SECONDS = 120.0
"""Importing a framework from a cold disk can take this long; the time limit is for what is the program's."""
STAGES = {"framework": "importing the framework", "import": "importing the file", "start": "starting Python"}


@dataclass(frozen=True)
class Limits:
    """What a program may take."""

    seconds: float = 60.0
    memory: int = 4 * 1024**3
    gpu: bool = False


@dataclass
class Answer:
    """What a worker has told before it ended."""

    observations: list[Observation] = field(default_factory=list)
    fault: Fault | None = None
    """What ended it early."""
    model: str = ""
    """The model that was being run when it ended early; empty: none yet."""
    shapes: Observation | None = None
    """What was seen of that model's shapes before it was run."""
    output: str = ""


def ask(request: Request, python: str, folder: str, limits: Limits) -> Answer:
    """Runs all models of a request; a model that ends the process is told of, and the others get a process anew."""
    whole = Answer()
    pending = list(request.models)
    while pending:
        answer = _asked(replace(request, models=tuple(pending), gpu=limits.gpu), python, folder, limits)
        whole.observations += answer.observations
        whole.output = answer.output or whole.output
        if answer.fault is None:
            break
        if not answer.model:
            whole.fault = answer.fault
            break
        seen = answer.shapes or Observation(answer.model)
        whole.observations.append(replace(seen, ran=False, fault=answer.fault))
        told = {observation.name for observation in whole.observations}
        pending = [plan for plan in pending if plan.name not in told]
    return whole


def _asked(request: Request, python: str, folder: str, limits: Limits) -> Answer:
    scratch = tempfile.mkdtemp(prefix="lstmlint-verify-")
    try:
        running = _Running(replace(request, scratch=scratch, memory=limits.memory), python, folder, limits)
        return running.answer()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


class _Running:
    """One process and the pipes to it."""

    def __init__(self, request: Request, python: str, folder: str, limits: Limits) -> None:
        self.limits = limits
        self.found = Answer()
        self.stage = "start"
        self.done = False
        self.mark = uuid.uuid4().hex
        ask_read, ask_write = os.pipe()
        answer_read, answer_write = os.pipe()
        try:
            self.process = subprocess.Popen(
                [python, "-X", "faulthandler", str(WORKER), str(ask_read), str(answer_write)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=self._environment(request),
                pass_fds=(ask_read, answer_write),
                start_new_session=True,
            )
        except BaseException:
            for descriptor in (ask_read, ask_write, answer_read, answer_write):
                os.close(descriptor)
            raise
        os.close(ask_read)
        os.close(answer_write)
        self.answers = os.fdopen(answer_read, "rb", buffering=0)
        with contextlib.suppress(BrokenPipeError), os.fdopen(ask_write, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(encode(request)))

    def _environment(self, request: Request) -> dict[str, str]:
        environment = dict(os.environ)
        if not self.limits.gpu:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        caches = ("TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")
        environment.update(dict.fromkeys(caches, request.scratch))
        environment.update(
            {
                MARK: self.mark,
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONUNBUFFERED": "1",
                "OMP_NUM_THREADS": "1",
                "MKL_NUM_THREADS": "1",
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "TF_ENABLE_ONEDNN_OPTS": "0",
                "MPLBACKEND": "Agg",
                "HF_HUB_OFFLINE": "1",
            }
        )
        return environment

    def answer(self) -> Answer:
        """All that the process tells until it ends or is ended."""
        try:
            self._listen()
        finally:
            self._end()
            for pipe in (self.answers, self.process.stdout, self.process.stderr):
                if pipe is not None:
                    pipe.close()
        if not self.done and self.found.fault is None:
            self.found.fault = self._ended()
        return self.found

    def _listen(self) -> None:
        assert self.process.stdout is not None and self.process.stderr is not None
        with selectors.DefaultSelector() as selector:
            for pipe in (self.answers, self.process.stdout, self.process.stderr):
                selector.register(pipe, selectors.EVENT_READ)
            buffer, output = b"", b""
            started = time.monotonic()
            while self.answers in _files(selector) and not self.done:
                left = started + self._seconds() - time.monotonic()
                if left <= 0:
                    self.found.fault = self._too_slow()
                    break
                for key, _ in selector.select(min(left, 1.0)):
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is self.answers:
                        *lines, buffer = (buffer + data).split(b"\n")
                        for line in lines:
                            started = time.monotonic()
                            self._hear(json.loads(line))
                    else:
                        output = (output + data)[-KEPT:]
            self.found.output = output.decode(errors="replace")

    def _seconds(self) -> float:
        return FRAMEWORK_SECONDS if self.stage in ("start", "framework") else self.limits.seconds

    def _hear(self, message: dict[str, object]) -> None:
        if "shapes" in message:
            self.found.shapes = decode(Observation, message["shapes"])
        elif "stage" in message:
            self.found.shapes = None
            self.stage = str(message["stage"])
            self.found.model = str(message.get("name", ""))
            self.done = self.stage == "done"
        elif "observation" in message:
            self.found.observations.append(decode(Observation, message["observation"]))
            self.found.model = ""
            self.stage = "between"
        elif "fault" in message:
            self.found.fault = decode(Fault, message["fault"])

    def _doing(self) -> str:
        return STAGES.get(self.stage, f"running {self.found.model}" if self.found.model else self.stage)

    def _too_slow(self) -> Fault:
        return Fault(self._kind(), "time-out", f"{self._doing()} took more than {self._seconds():g} seconds")

    def _kind(self) -> str:
        return self.stage if self.stage in ("framework", "import") else "forward"

    def _ended(self) -> Fault:
        """The fault of a process that ended without having told all."""
        code = self.process.returncode
        if code is not None and code < 0:
            names = {int(each): each.name for each in signal.Signals}
            name = names.get(-code, str(-code))
            hint = ", probably for lack of memory" if name == "SIGKILL" else ""
            return Fault(self._kind(), "crash", f"the process died from {name} while {self._doing()}{hint}")
        return Fault(self._kind(), "exit", f"the program ended the process (code {code}) while {self._doing()}")

    def _end(self) -> None:
        """Ends the process, its group, and whatever it started that left the group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.done or self.found.fault is None:
                self.process.wait(timeout=2)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for stray in _marked(self.mark):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(stray, signal.SIGKILL)
        self.process.wait()


def _files(selector: selectors.BaseSelector) -> list[object]:
    return [key.fileobj for key in selector.get_map().values()]


def _marked(mark: str) -> Iterator[int]:
    """The processes that were started under a mark; where there is no /proc, none is known."""
    wanted = f"{MARK}={mark}".encode()
    try:
        entries = os.listdir("/proc")
    except OSError:
        return
    for entry in entries:
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError):
                file: IO[bytes]
                with open(f"/proc/{entry}/environ", "rb") as file:
                    if wanted in file.read().split(b"\0"):
                        yield int(entry)


def interpreter(given: str) -> str:
    """The interpreter that a user names: a file, or a command on the search path."""
    found = shutil.which(given)
    if found is None:
        raise UsageError(f"--python {given}: there is no such interpreter")
    return os.path.abspath(found)


def default_python() -> str:
    """The interpreter that runs lstmlint."""
    return sys.executable
