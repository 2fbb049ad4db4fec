"""Spectra: the axes that torch gives, and which of them are frames of time."""

from __future__ import annotations

import pytest
import torch

from lstmlint.values import ListRef, OpenTensor, Partial, Role, Tensor, Unknown, Value
from tests.interpret.ops.bench import Bench, ids, sizes
from tests.interpret.programs import variables_of


def roles(bench: Bench, value: Value) -> list[list[Role]]:
    """What is claimed of each axis of a tensor."""
    assert isinstance(value, Tensor)
    return [[claim.role for claim in bench.claims(axis)] for axis in value.axes]


def test_a_wave_of_more_axes_is_none() -> None:
    bench = Bench()
    assert isinstance(bench.call("torch.stft", bench.tensor(2, 3, 320), 32), Unknown)


@pytest.mark.parametrize("shape", [(320,), (3, 320)])
@pytest.mark.parametrize("options", [{"return_complex": True}, {"return_complex": True, "onesided": False}])
def test_a_spectrum_has_torch_s_axes(shape: tuple[int, ...], options: dict[str, bool]) -> None:
    bench = Bench()
    real = torch.stft(torch.randn(shape), 32, window=torch.hann_window(32), **options)
    found = bench.call("torch.stft", bench.tensor(*shape), 32, **options)
    assert isinstance(found, Tensor) and len(found.axes) == real.dim()
    known = [size for size in sizes(found) if size is not None]
    assert set(known) <= set(real.shape) and roles(bench, found)[-1] == [Role.TIME]


def test_the_batch_of_waves_stays_and_the_frames_become_samples_again() -> None:
    bench = Bench()
    waves = bench.tensor(None, None)
    spectrum = bench.call("torch.stft", waves, 32, return_complex=True)
    assert isinstance(spectrum, Tensor)
    assert ids(spectrum)[0] == ids(waves)[0] and roles(bench, spectrum)[0] == [Role.BATCH]
    again = bench.call("torch.istft", spectrum, 32)
    assert isinstance(again, Tensor) and ids(again)[0] == ids(waves)[0] and len(again.axes) == 2


def test_real_and_imaginary_parts_stand_behind() -> None:
    bench = Bench()
    spectrum = bench.call("torch.stft", bench.tensor(None, None), 32, return_complex=True)
    parts = bench.call("torch.view_as_real", spectrum)
    assert isinstance(parts, Tensor) and sizes(parts)[-1] == 2
    assert bench.call("torch.view_as_complex", parts) == spectrum


def test_a_wave_of_unknown_rank_keeps_what_stands_in_front() -> None:
    bench = Bench()
    found = bench.call("torch.stft", OpenTensor("wave"), 32, return_complex=True)
    assert isinstance(found, OpenTensor) and found.drop == 1 and len(found.tail) == 2


def test_frames_first_where_the_library_has_them_first() -> None:
    bench = Bench()
    found = bench.call("torchaudio.compliance.kaldi.fbank", bench.tensor(1, 320))
    assert roles(bench, found) == [[Role.TIME], []]
    mono = bench.call("librosa.feature.mfcc", Unknown("wave"))
    assert roles(bench, mono) == [[], [Role.TIME]]


def test_a_transform_is_built_and_then_called() -> None:
    text = "import torch, torchaudio\nmel = torchaudio.transforms.MelSpectrogram(16000)\nx = mel(torch.randn(3, 320))\n"
    variables = variables_of(text)
    assert isinstance(variables["mel"], Partial) and not isinstance(variables["x"], ListRef)
    assert isinstance(variables["x"], Tensor) and len(variables["x"].axes) == 3
