"""Steering in words: `--control c1=3`, several values that take turns, and sweeps over the columns of a picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from zerosum.core.control import Control, control_of, described
from zerosum.errors import UserError
from zerosum.sampling import sampler


@dataclass(frozen=True)
class Steering:
    """Inputs by control, each [n, ...], and the columns of the picture where its rows are sweeps (None elsewhere)."""

    given: Mapping[str, Tensor]
    columns: int | None = None


def steer(
    controls: Sequence[Control], words: Sequence[str], n: int, *, seed: int = 0, truncation: float = 1.0
) -> Steering:
    """Read what was asked for, "name=value", into inputs for `n` samples.

    A value is a number, or the name of a class; `a,b,c` take turns from sample to sample; `a:b` is a sweep: numbers go
    in equal steps over the columns of a picture, categories one a column, and all that is not given is the same within
    a row, so that only the sweep changes there. Several sweeps go side by side.

    Raises:
        UserError: a control or value that does not exist; sweeps of different lengths.
    """
    pairs = [_pair(controls, word) for word in words]
    sweeps = {control: text for control, text in pairs if ":" in text and text not in control.form.names}
    inputs = {c.name: _turns(c, [_value(c, part) for part in _parts(c, t)], n) for c, t in pairs if c not in sweeps}
    if not sweeps:
        return Steering(inputs)
    columns = _columns({control: _ends(control, text) for control, text in sweeps.items()}, n)
    rows = sampler.draw(controls, -(-n // columns), seed=seed, truncation=truncation)
    held = {name: values.repeat_interleave(columns, 0)[:n] for name, values in rows.items()}
    swept = {control.name: _turns(control, _steps(control, text, columns), n) for control, text in sweeps.items()}
    return Steering(held | inputs | swept, columns)


def _pair(controls: Sequence[Control], word: str) -> tuple[Control, str]:
    name, equals, text = word.partition("=")
    if not equals or not text:
        raise UserError(f"--control {word}: write name=value; there are {described(controls)}")
    control = control_of(controls, name)
    if not control.form.one_word:
        takes = control.form.takes()
        raise UserError(f"--control {name}: it takes {takes}; draw others with --seed, or use given= in Python")
    return control, text


def _parts(control: Control, text: str) -> list[str]:
    return [text] if text in control.form.names else text.split(",")


def _value(control: Control, word: str) -> float:
    """Read one value; UserError where the control does not take it."""
    value = control.form.parse(word)
    if value is None:
        raise UserError(f"--control {control.name}={word}: it takes {control.form.takes()}")
    return value


def _ends(control: Control, text: str) -> tuple[float, float]:
    first, _, last = text.partition(":")
    return _value(control, first), _value(control, last)


def _columns(sweeps: Mapping[Control, tuple[float, float]], n: int) -> int:
    """Return the length of the sweeps: that of categories, or the side of a square."""
    lengths = {int(abs(last - first)) + 1 for control, (first, last) in sweeps.items() if control.form.discrete}
    if len(lengths) > 1:
        raise UserError("--control: these sweeps go over different numbers of categories; sweep one at a time")
    return lengths.pop() if lengths else max(2, math.isqrt(n))


def _steps(control: Control, text: str, columns: int) -> list[float]:
    first, last = _ends(control, text)
    return [first + (last - first) * step / max(columns - 1, 1) for step in range(columns)]


def _turns(control: Control, values: Sequence[float], n: int) -> Tensor:
    return control.form.inputs([values[i % len(values)] for i in range(n)])
