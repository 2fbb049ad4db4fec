"""A verified run: files are linted, their models are run, and each finding gets its verdict.

What running confirms becomes certain; what it refutes is set apart; what only running shows is added.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lstmlint.engine.errors import UsageError, unknown
from lstmlint.engine.lint import Outcome, lint
from lstmlint.engine.settings import Settings, SettingsFinder
from lstmlint.engine.suppress import suppress
from lstmlint.findings import Confidence, Diagnostic, Reason
from lstmlint.interpret.linted import whole
from lstmlint.interpret.program import interpret
from lstmlint.names.project import Project
from lstmlint.source import ReadProblem, SourceFile, Span
from lstmlint.syntax.index import index
from lstmlint.syntax.outline import outline
from lstmlint.syntax.tree import SyntaxProblem, parse
from lstmlint.verify.configured import SEPARATOR, advice, configured_in
from lstmlint.verify.contracts import Belief, Fault, ModelPlan, Observation, Place, Proof, Request
from lstmlint.verify.judging import Judged, Verdict, within
from lstmlint.verify.plan import framework_of, import_name, plan_torch
from lstmlint.verify.plan_keras import plan_keras
from lstmlint.verify.process import Limits, ask
from lstmlint.verify.proofs import is_shape_error, proofs
from lstmlint.verify.verdicts import judge
from lstmlint.world import World

MISSING = re.compile(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)")

Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Options:
    """How models are run."""

    python: str
    limits: Limits


@dataclass(frozen=True)
class Trouble:
    """Why a model, or all of a file, could not be run, in a line, and what would help."""

    path: str
    model: str
    line: int
    message: str
    cure: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Verified:
    """What a verified run came to."""

    outcome: Outcome
    """Its diagnostics are those that are left, with the confidence that running gave them, and the proofs."""
    judged: tuple[Judged, ...]
    """All verdicts, with the diagnostics as they are reported."""
    observations: Mapping[str, tuple[Observation, ...]]
    """By the path of the file."""
    troubles: tuple[Trouble, ...]
    beliefs: Mapping[str, tuple[Belief, ...]] = field(default_factory=dict)
    """What the analyser inferred of the recurrent layers' inputs, by the path of the file."""
    shortfall: str = ""
    """Why nothing was verified; empty where something was."""

    @property
    def refuted(self) -> tuple[Diagnostic, ...]:
        """The findings that running refuted."""
        return tuple(each.diagnostic for each in self.judged if each.verdict is Verdict.REFUTED)

    def verdict(self, diagnostic: Diagnostic) -> Judged | None:
        """The verdict on a diagnostic that is reported."""
        return next((each for each in self.judged if each.diagnostic == diagnostic), None)


@dataclass
class _File:
    """One file as it is being verified; `path` is as the user gave it."""

    path: str
    settings: Settings
    observations: tuple[Observation, ...] = ()
    troubles: list[Trouble] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    shown: list[Diagnostic] = field(default_factory=list)
    beliefs: tuple[Belief, ...] = ()
    fault: Fault | None = None
    """What kept the whole file from being run."""
    framework: str = ""
    """That of its recurrent layers; empty where it builds none."""
    is_planned: bool = False
    """True where there was a model to run."""
    is_verified: bool = False
    """True where a model ran to its end, or something was shown on the way."""


def verify(paths: Iterable[str], finder: SettingsFinder, options: Options) -> Verified:
    """Lints files and folders, and runs the models of those that build recurrent layers.

    A path may name a model of a file: `model.py::Net`.
    """
    wanted: dict[str, set[str]] = {}
    plain = []
    for given in paths:
        named, _, model = given.partition("::")
        plain.append(named)
        wanted.setdefault(os.path.abspath(named), set()).update([model] if model else [])
    for path, models in wanted.items():
        _look_for(path, models)
    loose = SettingsFinder(finder.book, replace(finder.options, min_confidence=Confidence.POSSIBLE))
    outcome = lint(list(dict.fromkeys(plain)), loose)
    project = Project((*dict.fromkeys(Path(os.path.abspath(each)).parent for each in plain), Path.cwd()))
    files = []
    for path in outcome.interpreted:
        source, absolute = outcome.source(path), os.path.abspath(path)
        if isinstance(source, ReadProblem):
            continue
        file = _File(path, finder.inside(os.path.dirname(absolute)))
        _verify_file(file, source, outcome, project, options, wanted.get(absolute, set()))
        files.append(file)
    return _together(outcome, files, finder)


def _look_for(path: str, models: set[str]) -> None:
    """Raises UsageError where a file does not define a model that is asked for."""
    source = SourceFile.read(path) if models else ReadProblem(path, "")
    tree = SyntaxProblem("") if isinstance(source, ReadProblem) else parse(source)
    if isinstance(tree, SyntaxProblem):
        return
    defined = index(tree).bindings
    for model in sorted(models - set(defined)):
        raise UsageError(f"{unknown('model', model, defined)} in {os.path.basename(path)}")


def _verify_file(
    file: _File, source: SourceFile, outcome: Outcome, project: Project, options: Options, wanted: set[str]
) -> None:
    absolute = os.path.abspath(file.path)
    found = [each for each in outcome.diagnostics if each.span.path == file.path]
    world = _world(SourceFile(absolute, source.text), project, file.settings)
    file.framework = framework = "" if world is None else framework_of(world)
    models: tuple[ModelPlan, ...] = ()
    if world is not None and framework:
        models = _plans(framework, SourceFile(absolute, source.text), world, file.settings, wanted)
        file.is_planned = bool(models)
        if models:
            file.beliefs = models[0].beliefs
            _run(file, framework, models, options)
    faults = () if file.fault is None else (Observation("", fault=file.fault),)
    file.judged = [judge(diagnostic, (*file.observations, *faults)) for diagnostic in found]
    _tell_troubles(file, models)
    found_by_running = [*proofs(file.observations, file.judged)]
    for shown in found_by_running:
        _add_proof(file, shown.proof, source)
    decided = any(each.verdict is not Verdict.NOT_REACHED for each in file.judged)
    file.is_verified = decided or bool(found_by_running) or any(each.ran for each in file.observations)


def _world(source: SourceFile, project: Project, settings: Settings) -> World | None:
    """The finished world of a whole file; None where Python cannot read it."""
    found = outline(source)
    if isinstance(found, SyntaxProblem):
        return None
    return interpret(whole(source, found, project), project, settings.configuration.versions)


def _plans(
    framework: str, source: SourceFile, world: World, settings: Settings, wanted: set[str]
) -> tuple[ModelPlan, ...]:
    configured = configured_in(settings.configuration, source.path)
    if framework == "keras":
        return plan_keras(source, world, configured, wanted)
    return plan_torch(source, world, configured, wanted)


def _run(file: _File, framework: str, models: tuple[ModelPlan, ...], options: Options) -> None:
    absolute = os.path.abspath(file.path)
    module, folders, root = import_name(absolute)
    request = Request(framework, absolute, module, folders, root, models, options.limits.memory, "")
    answer = ask(request, options.python, os.getcwd(), options.limits)
    if answer.fault is not None:
        file.fault = answer.fault
    whole = [each for each in answer.observations if each.ran or each.own_input]
    inside = {name for each in whole for name in each.classes if name != each.name}
    file.observations = tuple(
        each for each in answer.observations if each.ran or each.own_input or each.name not in inside
    )


def _tell_troubles(file: _File, models: tuple[ModelPlan, ...]) -> None:
    """Why models could not be run, unless a finding or a proof says so already."""
    lines = {plan.name: plan.line for plan in models}
    confirmed = [each for each in file.judged if each.verdict is Verdict.CONFIRMED]
    told = {each.model for each in confirmed}
    if file.fault is not None and "" not in told:
        file.troubles.append(_trouble(file, "", file.fault, 1))
    for each in file.observations:
        if each.fault is None or each.ran or each.name in told:
            continue
        if each.fault.places and any(within(each.fault.places[-1], seen.diagnostic) for seen in confirmed):
            continue
        if not (is_shape_error(each.fault) and each.own_input):
            file.troubles.append(_trouble(file, each.name, each.fault, lines.get(each.name, 1), each.inputs))


def _trouble(file: _File, model: str, fault: Fault, line: int, inputs: Shapes = ()) -> Trouble:
    """A fault in a line: what ended where, and the configuration that would help; `inputs` are shapes it was given."""
    name = f"{os.path.basename(file.path)}{SEPARATOR}{model}"
    at = fault.places[-1].line if fault.places else line
    is_ended = fault.type in ("time-out", "crash", "exit", "Stopped")
    is_plain = is_ended or fault.type == "UnknownInputError"
    said = fault.message if is_plain else f"{fault.type}: {fault.message}".rstrip(": ")
    match = MISSING.search(fault.message)
    missing = tuple(re.findall(r"'(\w+)'", match.group(1))) if match and fault.stage == "build" else ()
    is_helped = model and (missing or fault.ours) and not is_ended
    cure = advice(file.settings.configuration, name, missing, len(inputs[0]) if inputs else 3) if is_helped else ""
    if is_helped and not missing and inputs:
        said += f" (given an input of shape {', '.join(map(str, inputs))})"
    doing = {"build": "could not be built", "import": "could not be imported"}.get(fault.stage, "could not be run")
    if fault.stage == "framework":
        doing = "could not be run" if fault.type == "TooOld" else "could not be run, the framework cannot be imported"
    what = f"`{model}` {doing}" if model else f"the file {doing}"
    return Trouble(file.path, model, at, f"{what}: {said}", cure, fault.traceback)


def _add_proof(file: _File, proof: Proof, source: SourceFile) -> None:
    """A proof as a diagnostic, if its rule is selected for the file and no comment suppresses it."""
    rule = file.settings.book.by_name[proof.rule]
    ignored = file.settings.ignored_in(os.path.abspath(file.path))
    if rule.name not in file.settings.rules - ignored or proof.place is None:
        return
    because = tuple(Reason(_span(place, file.path, source), text) for place, text in proof.because)
    span = _span(proof.place, file.path, source)
    severity = file.settings.severity(rule.name)
    diagnostic = Diagnostic(span, rule.name, rule.code, severity, rule.confidence, proof.message, because)
    shown = SourceFile(file.path, source.text)
    file.shown += suppress([diagnostic], shown, file.settings, frozenset())


def _span(place: Place, path: str, source: SourceFile) -> Span:
    """A place of the run as a span: where Python does not say the columns, the whole line."""
    same = place.file == os.path.abspath(path)
    shown = path if same else os.path.relpath(place.file)
    if place.column:
        return Span(shown, place.line, place.column, max(place.end_line, place.line), place.end_column)
    text = source.lines[place.line - 1] if same and place.line <= len(source.lines) else ""
    start = len(text) - len(text.lstrip()) + 1
    return Span(shown, place.line, start, place.line, max(len(text.rstrip()) + 1, start + 1))


def _position(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = diagnostic.span
    ends = span.line, span.column, span.end_line, span.end_column
    return span.path, ends, diagnostic.code, diagnostic.message


def _together(outcome: Outcome, files: list[_File], finder: SettingsFinder) -> Verified:
    """The run with its verdicts: what is confirmed is certain, what is refuted is left out."""
    verified = {each.diagnostic: each for file in files for each in file.judged}
    shown: list[Diagnostic] = [proof for file in files for proof in file.shown]
    judged = []
    for diagnostic in outcome.diagnostics:
        verdict = verified.get(diagnostic)
        if verdict is None or verdict.verdict is Verdict.NOT_REACHED:
            kept = diagnostic
        else:
            confirmed = verdict.verdict is Verdict.CONFIRMED
            reason = Reason(diagnostic.span, f"{verdict.verdict.value} by running: {verdict.reason}")
            sure = Confidence.CERTAIN if confirmed else diagnostic.confidence
            kept = replace(diagnostic, confidence=sure, because=(*diagnostic.because, reason))
        if verdict is not None:
            judged.append(replace(verdict, diagnostic=kept))
        settings = finder.inside(os.path.dirname(os.path.abspath(diagnostic.span.path)))
        is_refuted = verdict is not None and verdict.verdict is Verdict.REFUTED
        if not is_refuted and kept.confidence >= settings.min_confidence:
            shown.append(kept)
    ordered = tuple(sorted(shown, key=_position))
    failed = any(
        finder.inside(os.path.dirname(os.path.abspath(each.span.path))).fails(each.severity) for each in ordered
    )
    return Verified(
        replace(outcome, diagnostics=ordered, failed=failed),
        tuple(judged),
        {file.path: file.observations for file in files},
        tuple(trouble for file in files for trouble in file.troubles),
        {file.path: file.beliefs for file in files},
        _shortfall(files),
    )


def _shortfall(files: list[_File]) -> str:
    if any(file.is_verified for file in files):
        return ""
    if any(file.is_planned for file in files):
        return "no model could be run to its end"
    if any(file.framework for file in files):
        return "no model was found that holds one of the recurrent layers: a class, or a function that returns it"
    return "no recurrent layer was found"
