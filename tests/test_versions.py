"""Versions as they are written and compared."""

from __future__ import annotations

import pytest

from lstmlint.versions import KERAS_2, NEWEST, Version, parse
from lstmlint.world import World


@pytest.mark.parametrize("text", ["", "three", "2.x", "v2", "2.", ".1", "2.13+", "1.2.3.4.5", "-1", " 2", "2.13 cpu"])
def test_other_texts_are_no_versions(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text", ["2.13.0+cpu", "2.13.0a0+git1.b2", "2.13.0RC2", "2.13.0-beta.1", "2.13.0.dev20260101+cu121", "2.13.0.post1"]
)
def test_what_stands_behind_the_release_does_not_count(text: str) -> None:
    assert parse(text) == Version((2, 13, 0))


@pytest.mark.parametrize("text", ["2", "2.15", "2.15.0", "1.13.1.2"])
def test_a_version_is_written_as_it_was(text: str) -> None:
    found = parse(text)
    assert found is not None
    assert str(found) == text


@pytest.mark.parametrize(
    ("own", "other", "is_before"),
    [
        ((2, 15), (3,), True),
        ((2, 15), (2, 15), False),
        ((2, 15), (2, 16), True),
        ((2, 15, 1), (2, 15), False),
        ((2, 4, 3), (2, 6), True),
        ((3, 0), (3,), False),
        ((3, 15), (3,), False),
        ((2,), (3,), True),
        ((2,), (2, 13), False),
        ((1,), (2, 3), True),
    ],
)
def test_a_version_without_the_rest_is_the_last_of_its_kind(
    own: tuple[int, ...], other: tuple[int, ...], is_before: bool
) -> None:
    assert Version(own).before(*other) is is_before


def test_the_installed_frameworks_are_as_new() -> None:
    torch, keras = pytest.importorskip("torch"), pytest.importorskip("keras")
    for installed, assumed in ((torch, NEWEST.torch), (keras, NEWEST.keras)):
        assert tuple(map(int, installed.__version__.split("+")[0].split(".")[:2])) >= assumed.numbers


def test_a_file_may_choose_keras_2_by_itself() -> None:
    assert World().keras == NEWEST.keras
    assert World(keras_2=True).keras == KERAS_2
