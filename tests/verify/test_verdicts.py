"""What an observation means for a finding, on observations made by hand."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from lstmlint.findings import Confidence, Diagnostic, Reason, Severity
from lstmlint.source import Span
from lstmlint.verify.contracts import (
    MIXED,
    OWNED,
    UNCHANGED,
    Call,
    Fault,
    Observation,
    Place,
    Seen,
    SeenLayer,
    decode,
    encode,
)
from lstmlint.verify.judging import Judged, Verdict
from lstmlint.verify.proofs import proofs
from lstmlint.verify.verdicts import judge

FILE = os.path.abspath("model.py")


def place(line: int) -> Place:
    return Place(FILE, line, 9, line, 30)


def finding(rule: str, line: int, confidence: Confidence = Confidence.LIKELY, *evidence: int) -> Diagnostic:
    because = tuple(Reason(Span("model.py", each, 9, each, 30), "") for each in evidence)
    span = Span("model.py", line, 9, line, 30)
    return Diagnostic(span, rule, "LST000", Severity.ERROR, confidence, "said", because)


def call(line: int, given: int, gave: int, begins: bool = False, built: int = 0) -> Call:
    seen = Seen((5, 7, 3), given), Seen((5, 7, 8), gave)
    return Call("layer", "LSTM", place(line), seen[:1], seen[1:], "lstm", place(built or line), begins)


def layer(sample: int, batch_first: bool) -> SeenLayer:
    shapes = ((5, 7, 3),), ((5, 7, 8),)
    return SeenLayer("lstm", "LSTM", place(3), place(8), batch_first, 1, 1, 0.0, True, *shapes, 1, sample)


def observed(*calls: Call, consistent: tuple[int, ...] = (), layers: tuple[SeenLayer, ...] = ()) -> Observation:
    return Observation("Net", "Net()(x)", True, True, (5, 7), 0, consistent, layers, calls)


def verdict(diagnostic: Diagnostic, observation: Observation) -> Verdict:
    return judge(diagnostic, [observation]).verdict


LAYOUT = finding("torch-missing-batch-first", 3)
STEP = finding("torch-last-step-wrong-axis", 9)


def test_what_no_run_came_to_is_not_reached() -> None:
    assert judge(STEP, []).verdict is Verdict.NOT_REACHED
    assert verdict(STEP, observed(call(5, 0, 0))) is Verdict.NOT_REACHED
    assert "loss" in judge(finding("torch-softmax-before-ce", 9), [observed()]).reason


def test_samples_that_begin_to_mix_at_the_place_confirm() -> None:
    assert verdict(STEP, observed(call(9, 0, MIXED, begins=True))) is Verdict.CONFIRMED
    assert verdict(STEP, observed(call(8, 0, MIXED, begins=True))) is Verdict.NOT_REACHED


def test_samples_that_stay_apart_refute() -> None:
    assert verdict(STEP, observed(call(9, 0, 0), consistent=(0,))) is Verdict.REFUTED
    assert verdict(STEP, observed(call(9, MIXED, MIXED), consistent=())) is Verdict.NOT_REACHED


def test_samples_that_stay_apart_say_nothing_of_their_steps() -> None:
    view = finding("torch-view-as-permute", 9)
    assert verdict(view, observed(call(9, 0, 0), consistent=(0,))) is Verdict.NOT_REACHED
    assert verdict(view, observed(call(9, 0, MIXED, begins=True))) is Verdict.CONFIRMED


def test_another_layer_at_the_place_says_nothing() -> None:
    other = call(8, 0, 0, built=3)
    assert verdict(LAYOUT, observed(other, consistent=(0,), layers=(layer(0, True),))) is Verdict.NOT_REACHED


def test_a_layer_is_found_by_where_it_was_built() -> None:
    mixing = call(8, 0, MIXED, begins=True, built=3)
    assert verdict(LAYOUT, observed(mixing, layers=(layer(0, False),))) is Verdict.CONFIRMED
    right = call(8, 1, 1, built=3)
    assert verdict(LAYOUT, observed(right, consistent=(0,), layers=(layer(1, False),))) is Verdict.REFUTED


@pytest.mark.parametrize(
    ("confidence", "wanted"),
    [(Confidence.LIKELY, Verdict.NOT_REACHED), (Confidence.CERTAIN, Verdict.CONFIRMED)],
)
def test_a_model_that_is_consistent_the_other_way_leaves_it_to_the_evidence(
    confidence: Confidence, wanted: Verdict
) -> None:
    mixing = call(8, 0, MIXED, begins=True, built=3)
    diagnostic = finding("torch-missing-batch-first", 3, confidence)
    assert verdict(diagnostic, observed(mixing, consistent=(1,), layers=(layer(0, False),))) is wanted


def test_an_exception_confirms_where_it_was_raised() -> None:
    size = finding("torch-feature-size", 4, Confidence.LIKELY, 9)
    raised = Fault("forward", "RuntimeError", "mat1 and mat2", (place(9),), "", "Linear(16, 2)", place(4))
    elsewhere = Fault("forward", "RuntimeError", "mat1 and mat2", (place(12),))
    assert verdict(size, Observation("Net", fault=raised)) is Verdict.CONFIRMED
    assert verdict(size, Observation("Net", fault=elsewhere)) is Verdict.NOT_REACHED


def test_a_proof_is_not_said_twice() -> None:
    observation = observed(call(9, 0, MIXED, begins=True))
    confirmed = judge(STEP, [observation])
    assert [each.proof.rule for each in proofs([observation], [])] == ["batch-mixing"]
    assert list(proofs([observation], [confirmed])) == []
    assert list(proofs([observed(call(9, 0, MIXED, begins=True), consistent=(1,))], [])) == []


def test_samples_that_an_input_ties_together_are_no_mistake() -> None:
    mixing = observed(call(9, 0, MIXED, begins=True))
    assert list(proofs([replace(mixing, inputs=((5, 7, 3), (5, 5)))], [])) == []


def test_errors_about_made_up_input_are_no_proof() -> None:
    fault = Fault("forward", "RuntimeError", "sizes do not fit", (place(9),), origin="framework")
    own = Observation("Net", own_input=True, fault=fault)
    made_up = Observation("Net", own_input=False, fault=fault)
    assert [each.proof.rule for each in proofs([own], [])] == ["shape-error"]
    assert list(proofs([made_up], [])) == []


def test_observations_travel_as_json() -> None:
    observation = observed(call(9, 0, MIXED, begins=True), layers=(layer(0, True),))
    assert decode(Observation, encode(observation)) == observation
    assert isinstance(judge(STEP, [observation]), Judged)


SLICED = finding("torch-hn-layout", 9)


def test_a_state_whose_layers_stay_in_front_refutes_nothing() -> None:
    sliced = replace(call(9, 1, 1), outputs=(Seen((2, 7, 3), 1),))
    assert verdict(SLICED, observed(sliced, consistent=(0,))) is Verdict.NOT_REACHED
    assert verdict(SLICED, observed(call(9, 1, 0), consistent=(0,))) is Verdict.REFUTED


def test_a_batch_as_large_as_time_refutes_nothing() -> None:
    square = replace(observed(call(9, 0, 0), consistent=(0,)), sizes=(8, 8))
    assert verdict(finding("torch-pack-mismatch", 9), square) is Verdict.NOT_REACHED
    assert verdict(finding("torch-pack-mismatch", 9), replace(square, sizes=(8, 9))) is Verdict.REFUTED


def reshaped(before: tuple[int, ...], after: tuple[int, ...]) -> Observation:
    return observed(Call("operation", "view", place(9), (Seen(before, 0),), (Seen(after, 0),)))


def test_a_view_confirms_where_its_sizes_change_places() -> None:
    rule = finding("torch-view-as-permute", 9)
    assert verdict(rule, reshaped((5, 7, 3), (5, 21))) is Verdict.NOT_REACHED
    assert verdict(rule, reshaped((5, 7, 1), (5, 1, 7))) is Verdict.NOT_REACHED
    assert verdict(rule, reshaped((5, 7, 3), (5, 3, 7))) is Verdict.CONFIRMED


def given_states(first: tuple[int, int], second: tuple[int, int]) -> Observation:
    """An LSTM in line 9 that is given two states, each a result (by number) of a call (by number)."""
    giver = call(5, 0, 0)
    states = Seen((1, 5, 8), 1, origin=first), Seen((1, 5, 8), 1, origin=second)
    reader = replace(call(9, 0, 0), inputs=(Seen((5, 7, 3), 0), *states))
    return observed(giver, reader)


def test_states_confirm_where_the_cell_state_comes_first() -> None:
    rule = finding("torch-initial-state-structure", 9)
    assert verdict(rule, given_states((0, 1), (0, 2))) is Verdict.NOT_REACHED
    assert verdict(rule, given_states((-1, -1), (-1, -1))) is Verdict.NOT_REACHED
    assert verdict(rule, given_states((0, 2), (0, 1))) is Verdict.CONFIRMED


def test_an_output_of_pairs_is_no_mixing() -> None:
    mixed = observed(call(9, 0, MIXED, begins=True))
    assert [each.proof.rule for each in proofs([mixed], [])] == ["batch-mixing"]
    assert list(proofs([replace(mixed, outputs=((5, 5),))], [])) == []


def test_what_mixes_in_a_function_confirms_where_the_function_is_called() -> None:
    inner = replace(call(2, 0, MIXED, begins=True), around=(place(9), place(20)))
    assert verdict(STEP, observed(replace(inner, begins=False))) is Verdict.NOT_REACHED
    assert verdict(STEP, observed(replace(inner, around=(place(8),)))) is Verdict.NOT_REACHED
    assert verdict(STEP, observed(inner)) is Verdict.CONFIRMED


def parted(*states: int) -> Observation:
    parts = tuple(Seen((7, 3), state) for state in states)
    return observed(Call("operation", "unbind", place(9), (Seen((7, 3, 3), 1),), parts))


def test_a_tensor_taken_apart_into_samples_confirms() -> None:
    assert verdict(STEP, parted(0, 0, 0)) is not Verdict.CONFIRMED
    assert verdict(STEP, parted(OWNED, UNCHANGED)) is not Verdict.CONFIRMED
    assert verdict(STEP, parted(OWNED, UNCHANGED, UNCHANGED)) is Verdict.CONFIRMED


def test_a_state_of_another_size_than_the_input_confirms_a_layout() -> None:
    said = "Expected hidden size (1, 7, 8), got [1, 5, 8]"
    fault = Fault("forward", "RuntimeError", said, (place(8),), built=place(3))
    refused = Observation("Net", own_input=True, fault=fault)
    assert verdict(finding("torch-missing-batch-first", 4), refused) is Verdict.NOT_REACHED
    assert verdict(LAYOUT, replace(refused, fault=replace(fault, ours=True))) is Verdict.NOT_REACHED
    assert verdict(LAYOUT, refused) is Verdict.CONFIRMED


def test_the_last_step_of_two_directions_confirms() -> None:
    rule = finding("torch-hn-bidirectional", 9)
    layers = (replace(layer(0, True), directions=2),)
    selected = call(9, 0, 0)
    assert verdict(rule, observed(selected, layers=layers)) is Verdict.NOT_REACHED
    told = replace(selected, outputs=(replace(selected.outputs[0], one_step=True),))
    assert verdict(rule, observed(told, layers=layers)) is Verdict.CONFIRMED


def test_a_cell_state_that_is_read_as_a_hidden_one_confirms() -> None:
    rule = finding("torch-state-unpack", 6, Confidence.LIKELY, 5)
    giver = call(5, 0, 0)
    reader = replace(call(9, 0, 0), name="Linear")
    read = (Seen((1, 5, 8), 1, origin=(0, 1)),), (Seen((1, 5, 8), 1, origin=(0, 2)),)
    assert verdict(rule, observed(giver, replace(reader, inputs=read[0]))) is Verdict.NOT_REACHED
    assert verdict(rule, observed(giver, replace(reader, inputs=read[1], name="LSTM"))) is Verdict.NOT_REACHED
    assert verdict(rule, observed(giver, replace(reader, inputs=read[1]))) is Verdict.CONFIRMED


def test_a_state_out_of_a_call_that_mixes_confirms() -> None:
    rule = finding("torch-initial-state-shape", 9)
    reader = replace(call(9, 0, 0), inputs=(Seen((5, 7, 3), 0), Seen((2, 5, 8), 1, origin=(0, 0))))
    assert verdict(rule, observed(call(5, 0, 0), reader)) is not Verdict.CONFIRMED
    assert verdict(rule, observed(call(5, 0, MIXED, begins=True), reader)) is Verdict.CONFIRMED


def test_a_layer_that_ran_and_is_no_part_of_the_model_confirms() -> None:
    rule = finding("torch-unregistered-layer", 3)
    elsewhere = Place(FILE, 3, 40, 3, 60)
    ran = replace(call(9, 0, 0), built=elsewhere)
    assert verdict(rule, observed(ran)) is Verdict.REFUTED
    assert verdict(rule, observed(replace(ran, path="", built=place(4)))) is Verdict.NOT_REACHED
    assert verdict(rule, observed(replace(ran, path=""))) is Verdict.CONFIRMED
