"""What the user's program may not do while it is being watched: write, reach the network, start processes, grow.

This guards against accidents (a download, a checkpoint, a training script's log), not against malice: whoever runs
verify runs the program. The audit hook is set once the framework is imported, which may need more.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
PROCESSES = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.truncate", "shutil.rmtree")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LARGEST_FILE = 64 * 1024 * 1024
HARMLESS = ("/dev/null", "/dev/shm", "/dev/tty")


class Forbidden(PermissionError):
    """The program tried something that verify does not allow."""


def limit_memory(more: int) -> None:
    """Lets the process take so many bytes beyond what it has mapped now."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(ValueError, OSError):
        mapped = _mapped()
        if mapped:
            resource.setrlimit(resource.RLIMIT_AS, (mapped + more, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def _mapped() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def forbid(scratch: str) -> None:
    """From now on the process may write below `scratch` alone, and reaches no network and starts no process."""
    inside = os.path.realpath(scratch) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK:
            raise Forbidden("verify does not let the program reach the network")
        if event in PROCESSES:
            raise Forbidden("verify does not let the program start another process")
        if (event == "open" and _writes(arguments)) or event in CHANGES:
            _check(arguments[0], inside)

    sys.addaudithook(hook)


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITING)


def _check(path: object, inside: str) -> None:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return
    real = os.path.realpath(os.fsdecode(path))
    if not real.startswith(inside) and not real.startswith(HARMLESS):
        raise Forbidden(f"verify does not let the program write: {os.fsdecode(path)}")
