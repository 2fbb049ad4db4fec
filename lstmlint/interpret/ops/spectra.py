"""Spectra of waves: frames of time along one axis, frequencies along another. Which is which is the library's own fact.

torch, torchaudio and librosa put the frequencies before the frames, (..., frequency, frame); Kaldi's features and
python_speech_features put the frames first.
"""

from __future__ import annotations

from dataclasses import replace

from lstmlint.interpret.ops.naming import names
from lstmlint.interpret.ops.shape import AnyTensor, tensor_argument, without_axis
from lstmlint.interpret.ops.trail import recomputed
from lstmlint.interpret.registry import Call, operation
from lstmlint.interpret.wording import callee
from lstmlint.sizes import ONE, Size
from lstmlint.values import Axis, Const, External, OpenTensor, Partial, Role, Strength, Tensor, Value, as_bool, as_int
from lstmlint.world import World

_WAVE = ("input", "y", "waveform", "signal")
_FEATURES = "melspectrogram mfcc chroma_stft chroma_cqt chroma_cens spectral_contrast tonnetz poly_features"
_TRANSFORMS = "Spectrogram MelSpectrogram MFCC LFCC"
_APPLIED = "torchaudio.transforms.Spectrogram.forward"


def _claim_frames(world: World, frames: Axis, where: str, call: Call) -> None:
    text = f"`{callee(call)}` gives the frames of time along its {where} axis"
    world.claim(frames, Role.TIME, Strength.FACT, call.place, text, kind="spectrum")


def _spectrum(world: World, call: Call, source: AnyTensor | None, bins: Size | None) -> Value:
    """(..., samples) to (..., frequencies, frames)."""
    rest = None if source is None else without_axis(source, -1)
    frequencies, frames = world.axis(bins, Role.FEATURE), world.axis()
    _claim_frames(world, frames, "last", call)
    if isinstance(rest, OpenTensor):
        return replace(rest, tail=(*rest.tail, frequencies, frames))
    axes = rest.axes if isinstance(rest, Tensor) else ()
    return recomputed(Tensor((*axes, frequencies, frames)))


@operation("torch.stft", "Tensor.stft")
def stft(world: World, call: Call) -> Value:
    """(samples,) or (batch, samples) to (..., frequencies, frames), with an axis of 2 behind where not complex."""
    source = tensor_argument(world, call)
    if source is None or (isinstance(source, Tensor) and len(source.axes) not in (1, 2)):
        return world.unknown()
    length, one_sided = as_int(call.arg(1, "n_fft")), call.kwargs.get("onesided")
    is_half = one_sided is None or as_bool(one_sided)
    bins = Size.of(length // 2 + 1) if length is not None and is_half else None
    result = _spectrum(world, call, source, bins)
    if isinstance(source, Tensor) and len(source.axes) == 2:
        text = f"`{callee(call)}` reads axis 0 as batch"
        world.claim(source.axes[0], Role.BATCH, Strength.FACT, call.place, text, kind="spectrum")
    is_complex = as_bool(call.kwargs.get("return_complex", Const(None)))
    return result if is_complex else view_as_real(world, Call(call.name, (result,), {}, call.place))


@operation("torch.istft", "Tensor.istft")
def istft(world: World, call: Call) -> Value:
    """(..., frequencies, frames) to (..., samples)."""
    source = tensor_argument(world, call)
    if not isinstance(source, Tensor) or len(source.axes) < 2:
        return world.unknown()
    return recomputed(replace(source, axes=(*source.axes[:-2], world.axis())))


@operation("torch.view_as_real")
def view_as_real(world: World, call: Call) -> Value:
    """A last axis for the real and the imaginary part."""
    source = tensor_argument(world, call)
    pair = world.axis(ONE + ONE)
    if isinstance(source, OpenTensor):
        return replace(source, tail=(*source.tail, pair))
    return world.unknown() if source is None else replace(source, axes=(*source.axes, pair))


@operation("torch.view_as_complex")
def view_as_complex(world: World, call: Call) -> Value:
    """The last axis, of the real and the imaginary part, is dropped."""
    source = tensor_argument(world, call)
    return world.unknown() if source is None else without_axis(source, -1) or world.unknown()


@operation("librosa.stft", "librosa.core.stft", "librosa.cqt", *names(_FEATURES, "librosa.feature"))
def of_mono(world: World, call: Call) -> Value:
    """librosa's spectra; a wave of which nothing is known has one channel, as librosa loads it."""
    given = call.arg(0, *_WAVE)
    source = given if isinstance(given, Tensor) else None
    return _spectrum(world, call, source, None)


@operation(*names(_TRANSFORMS, "torchaudio.transforms"))
def transform(world: World, call: Call) -> Value:
    """A transform of torchaudio, to be called on waves."""
    return Partial(External(_APPLIED), (), ())


@operation(_APPLIED, "torchaudio.functional.spectrogram")
def of_waves(world: World, call: Call) -> Value:
    """torchaudio's spectra of (..., samples)."""
    return _spectrum(world, call, tensor_argument(world, call, 0, *_WAVE), None)


@operation(
    *names("fbank mfcc spectrogram", "torchaudio.compliance.kaldi"),
    *names("mfcc fbank logfbank", "python_speech_features"),
)
def frames_first(world: World, call: Call) -> Value:
    """A wave to (frames, features)."""
    frames = world.axis()
    _claim_frames(world, frames, "first", call)
    return Tensor((frames, world.axis(None, Role.FEATURE)))
