"""The worker's life: reads the request, imports the framework, then the user's file, runs each model, and tells.

Each line of the answer says how far it has come, so that whoever waits knows where it stopped if it stops.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lstmlint.verify.contracts import ModelPlan, Observation, Request, decode, encode
from lstmlint.verify.worker.faults import fault_of
from lstmlint.verify.worker.loading import Program, load
from lstmlint.verify.worker.reshapes import noted
from lstmlint.verify.worker.sandbox import forbid, limit_memory

Examine = Callable[[Program, ModelPlan, Callable[[Observation], None]], Observation]


def serve(request_descriptor: int, answer_descriptor: int) -> None:
    """Answers one request, line by line, and ends the process."""
    with os.fdopen(request_descriptor, encoding="utf-8") as incoming:
        request = decode(Request, json.loads(incoming.read()))
    channel = os.fdopen(answer_descriptor, "w", encoding="utf-8", buffering=1)

    def tell(**message: Any) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    tell(stage="framework")
    try:
        examine = _framework(request)
    except BaseException as error:
        tell(fault=encode(fault_of(error, "framework", request)))
        return
    limit_memory(request.memory)
    forbid(request.scratch)
    tell(stage="import")
    try:
        program = load(request)
    except BaseException as error:
        tell(fault=encode(fault_of(error, "import", request)))
        _leave(channel)
    for plan in request.models:
        tell(stage="model", name=plan.name)
        try:
            observation = examine(program, plan, lambda seen: tell(shapes=encode(seen)))
        except BaseException as error:
            observation = Observation(plan.name, fault=fault_of(error, "forward", request))
        tell(observation=encode(replace(observation, calls=(*observation.calls, *noted()))))
    tell(stage="done")
    _leave(channel)


def _leave(channel: Any) -> None:
    """Ends without what the program has asked to be done at its end, and without waiting for its threads."""
    channel.flush()
    sys.stdout.flush()
    os._exit(0)


def _framework(request: Request) -> Examine:
    """The examination of the framework's models; importing it imports the framework."""
    module = importlib.import_module(f"lstmlint.verify.worker.{request.framework}_examination")
    examine: Examine = module.prepare(request)
    return examine
