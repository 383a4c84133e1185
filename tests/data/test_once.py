"""What is remembered belongs to one instance, and nobody can spoil it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pytest

from kit.data.once import once


@dataclass(frozen=True)
class Box:
    """Something to compute from."""

    amounts: tuple[int, ...] = (1, 2)


@dataclass(frozen=True)
class Result:
    """A frame in a dataclass."""

    frame: pd.DataFrame
    name: str = "x"


@pytest.fixture
def counted():
    """A remembered function and the calls that it has answered itself."""
    calls = []

    @once
    def scaled(box, factor=1, *, more=0):
        calls.append((factor, more))
        return [factor * one + more for one in box.amounts]

    return scaled, calls


def test_each_set_of_arguments_is_computed_once(counted):
    scaled, calls = counted
    box = Box()
    assert scaled(box, 2) == scaled(box, 2) == [2, 4]
    assert scaled(box, 2, more=1) == [3, 5] and scaled(box) == [1, 2]
    assert calls == [(2, 0), (2, 1), (1, 0)]


def test_two_functions_do_not_share_what_they_remember(counted):
    scaled, _ = counted

    @once
    def doubled(box):
        return sum(box.amounts) * 2

    box = Box()
    assert (scaled(box), doubled(box), scaled(box), doubled(box)) == ([1, 2], 6, [1, 2], 6)


def test_another_instance_remembers_nothing_even_an_equal_one(counted):
    scaled, calls = counted
    box = Box()
    scaled(box)
    for other in (Box(), replace(box), replace(box, amounts=(5,))):
        assert vars(other).keys() == {"amounts"}
        scaled(other)
    assert len(calls) == 4


def test_what_is_remembered_is_no_part_of_an_instance(counted):
    scaled, _ = counted
    box = Box()
    scaled(box)
    assert box == Box() and hash(box) == hash(Box()) and repr(box) == repr(Box())


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_frame_is_handed_out_so_that_changing_it_changes_nobody_elses(wrapped):
    @once
    def frame(box):
        found = pd.DataFrame({"a": list(box.amounts)})
        return Result(found) if wrapped else found

    def handed(box):
        return frame(box).frame if wrapped else frame(box)

    box = Box()
    first = handed(box)
    first["b"] = 0
    first.loc[0, "a"] = 99
    assert handed(box).equals(pd.DataFrame({"a": [1, 2]}))


def test_an_error_is_not_remembered():
    answers = iter([ValueError("no"), 7])

    @once
    def fickle(box):
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    box = Box()
    with pytest.raises(ValueError, match="no"):
        fickle(box)
    assert fickle(box) == fickle(box) == 7


def test_arguments_that_cannot_be_hashed_are_an_error(counted):
    scaled, _ = counted
    with pytest.raises(TypeError, match="unhashable"):
        scaled(Box(), [1])
