"""Statements that use one function or method of torch each, for every one that the interpreter models."""

from __future__ import annotations

import re
from typing import Any

import torch

from tests.interpret.drawing import handler
from tests.interpret.torch_generated import TorchProgram
from tests.interpret.torch_templates import BY_HANDLER, BY_NAME, RANKS

LIMIT = 1_000
PROPERTIES = frozenset({"T", "H", "mT", "mH", "data", "real"})
_RANKS = {name: rank for rank, names in RANKS.items() for name in names.split()}


def written(path: str) -> str:
    """A function as a program that has the usual imports writes it."""
    return path.replace("torch.nn.functional.", "F.").replace("torch.nn.", "nn.")


def exists(path: str) -> bool:
    """True where the installed torch has a function or a tensor method."""
    found: Any = torch
    for part in (path if path.startswith("Tensor.") else path.removeprefix("torch.")).split("."):
        found = getattr(found, part, None)
    return found is not None


def templates(path: str) -> tuple[str, ...]:
    """How a function may be used."""
    last = path.rpartition(".")[2]
    return BY_NAME.get(path) or BY_NAME.get(last) or BY_HANDLER.get(handler(path), ("",))


def use(program: TorchProgram, path: str) -> None:
    """One statement with a function or method."""
    last = path.rpartition(".")[2]
    numbered = re.search(r"pool(\d)d$|dropout([123])d$", last)
    rank = int(numbered[1] or numbered[2]) + 2 if numbered else _RANKS.get(last.rstrip("_"))
    source = program.fitting(rank or program.choose((3, 3, 2, 4)), 2, most=LIMIT)
    values = _values(program, path, source)
    template = program.choose(templates(path)).format(**values)
    program.add(template[1:] if template.startswith("=") else _called(path, source, template))


def _called(path: str, source: str, arguments: str) -> str:
    name = path.removeprefix("Tensor.")
    if path.startswith("Tensor."):
        if name in PROPERTIES:
            return f"{source}.{name}"
        changes = name == "resize" or (name.endswith("_") and not name.endswith("__"))
        return f"{source}{'.clone()' if changes else ''}.{name}({arguments})"
    changes = path.endswith("_")
    return f"{written(path)}({source}{'.clone()' if changes else ''}{', ' if arguments else ''}{arguments})"


def _values(program: TorchProgram, path: str, source: str) -> dict[str, object]:
    """What a template may name, for a tensor."""
    shape = program.shapes[source]
    rank = len(shape)
    order = list(range(rank))
    program.random.shuffle(order)
    letters = "btfgh"[:rank]
    sizes = [program.size(source, axis) for axis in range(rank)]
    name = path.rpartition(".")[2]
    return {
        "f": f"{source}.{name}" if path.startswith("Tensor.") else written(path),
        "name": name,
        "x": source,
        "long": f"{source}.long()",
        "most": rank - 1,
        "axis": program.axis(rank),
        "inner": program.axis(rank, 1) if rank > 1 else 0,
        "shape": shape,
        "sizes": ", ".join(sizes),
        "first": sizes[0],
        "last": sizes[-1],
        "whole": shape[0],
        "wide": shape[-1],
        "backwards": shape[::-1],
        "minus": ", ".join(["-1"] * rank),
        "ones": ", ".join(["1"] * (rank - 1) + ["2"]),
        "order": tuple(order),
        "letters": letters,
        "mixed": "".join(letters[place] for place in order[: program.random.randint(1, rank)]),
        "pack": "nn.utils.rnn.pack_padded_sequence",
        "gru": f"nn.GRU({shape[-1]}, 4)",
        "linear": f"nn.Linear({shape[-1]}, 4)",
    }
