"""Arithmetic with meanings: A - B + C, the direction of an attribute, and whether it does what it says.

Radford et al. 2016, arXiv:1511.06434, section 6.3.2: the mean latent of a few samples that show a thing stands for the
thing, as one sample alone is unstable, and differences of such means can be added to other samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import normalize, one_hot

from zerosum.errors import UserError, suggest
from zerosum.latents.attributes import MEASURES, Judge, share
from zerosum.latents.explored import Explored
from zerosum.latents.sheet import draw
from zerosum.latents.space import Points, Space

STRENGTHS = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
DRAWN, SHOWN = 2000, 6
FEWEST = 10
TAIL = 0.2


@dataclass(frozen=True)
class Direction:
    """A way to move, of which strength 1 goes all the way from B to A.

    Attributes:
        vector: float32 [size], what is added at strength 1.
        name: what it changes, in words.
        groups: how many samples A and B had.
    """

    vector: Tensor
    name: str
    groups: tuple[int, int]


def equation(
    space: Space,
    take: Sequence[int],
    minus: Sequence[int],
    plus: Sequence[int],
    *,
    strength: float = 1.0,
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Compute A - B + C of the mean latents of three groups of samples, and show all that leads there.

    The rows of the picture are A, B and C with their means in the last column, and the way from the mean of C to the
    result, which is mean(C) + strength (mean(A) - mean(B)). With three samples a group it is as far from the middle as
    samples are: the variances of the three means add up to one.

    Args:
        space: where to compute.
        take: numbers of the samples of A, as `zerosum sample` counts them.
        minus: of B.
        plus: of C.
        strength: factor on A - B.
        seed: of the samples.
        label: one class for all of them; otherwise the result has what is held at the first sample of C.

    Returns:
        `result` [1, ...], `way` from C to it, `latents` [4, size] of the three means and the result, `direction`.
    """
    groups = [space.numbered(numbers, seed=seed, label=label) for numbers in (take, minus, plus)]
    means = [group.vectors.mean(0) for group in groups]
    direction = means[0] - means[1]
    columns = max(map(len, groups)) + 1
    way = groups[2].at(means[2] + strength * torch.linspace(0, 1, columns)[:, None] * direction)
    rows = [space.render(group) for group in groups]
    last = [space.render(group.at(mean[None])) for group, mean in zip(groups, means, strict=True)]
    sheet = [filled(row, columns - 1, mean) for row, mean in zip(rows, last, strict=True)]
    samples = space.render(way)
    titles = ("A", "- B", "+ C", "= result")
    picture = draw(torch.stack([*sheet, samples]), rows=titles, columns=[*[""] * (columns - 1), "mean"])
    arrays = {"result": samples[-1:], "way": samples, "direction": direction}
    arrays |= {"latents": torch.stack([*means, way.vectors[-1]])}
    notes = {"take": list(take), "minus": list(minus), "plus": list(plus), "strength": strength, "seed": seed}
    return Explored(picture, arrays, notes)


def picked(
    space: Space, take: Sequence[int], minus: Sequence[int], *, seed: int = 0, label: str | int | None = None
) -> Direction:
    """Return the direction A - B from samples that were picked by hand."""
    groups = [space.numbered(numbers, seed=seed, label=label) for numbers in (take, minus)]
    vector = groups[0].vectors.mean(0) - groups[1].vectors.mean(0)
    return Direction(vector, "A - B", (len(take), len(minus)))


def attribute_direction(
    space: Space,
    attribute: str,
    value: str = "",
    against: str = "",
    *,
    judge: Judge | None = None,
    within: Mapping[str, str] = MappingProxyType({}),
    n: int = DRAWN,
    seed: int = 0,
) -> Direction:
    """Return the direction that turns an attribute from `against` to `value`, from samples that a judge has labelled.

    The difference of the mean latents of both groups, with the other attributes held by least squares (`contrast`), so
    that what merely comes along with the attribute does not enter. For a measure (`MEASURES`) the groups are the fifths
    of the samples that measure most and least.

    Args:
        space: where to look.
        attribute: of the data, or a measure.
        value: what A shows.
        against: what B shows; empty: anything else.
        judge: who labels the samples; not needed for a measure.
        within: values of other attributes: only samples that show them count. A direction found among faces that look
            left turns fewer of them than one found among all.
        n: samples to label. In D dimensions the direction's noise has the length sqrt(D (1 / a + 1 / b)), a and b being
            the sizes of the groups: more samples make a better direction.
        seed: of these samples.

    Raises:
        UserError: no such attribute or value, or fewer than 10 samples show it.
    """
    points = space.draw(n, seed=seed)
    images = space.render(points)
    if attribute in MEASURES:
        measures = MEASURES[attribute](images)
        order, count = measures.argsort(), max(int(TAIL * n), 1)
        vector = points.vectors[order[-count:]].mean(0) - points.vectors[order[:count]].mean(0)
        return Direction(vector, attribute, (count, count))
    readings = known(judge, attribute).read(images)
    rows = matching(known(judge, attribute), readings, within)
    inside, outside = (group & rows for group in groups_of(judge, readings, attribute, value, against))
    for which, group in ((value, inside), (against or f"other than {value}", outside)):
        if int(group.sum()) < FEWEST:
            raise UserError(
                f"only {int(group.sum())} of {n} samples show {attribute} {which}: 10 are needed; use a larger --number"
            )
    vector = contrast(points.vectors, inside, outside, [readings[name] for name in readings if name != attribute])
    name = ", ".join([f"{attribute}: {against or 'other'} to {value}", *within.values()])
    return Direction(vector, name, (int(inside.sum()), int(outside.sum())))


def contrast(vectors: Tensor, inside: Tensor, outside: Tensor, others: Sequence[Tensor] = ()) -> Tensor:
    """Return by how much vectors [N, size] differ inside from outside, where all that `others` say is the same: [size].

    The coefficient of `inside` in the least squares fit of the vectors by a constant, `inside` and an indicator of each
    value but one of the others, each int64 [N]. Without others it is the difference of the two means.
    """
    rows = inside | outside
    indicators = [one_hot(other[rows])[:, 1:] for other in others]
    design = torch.cat([torch.ones(int(rows.sum()), 1), inside[rows, None].float(), *indicators], 1)
    solution: Tensor = torch.linalg.lstsq(design.double(), vectors[rows].double(), driver="gelsd").solution
    return solution[1].float()


def strip(
    space: Space,
    direction: Tensor,
    points: Points,
    *,
    strengths: Sequence[float] = STRENGTHS,
) -> tuple[Tensor, list[str]]:
    """Return samples [points, strengths, ...] moved along a direction [size], and the titles of the columns."""
    steps = torch.tensor(strengths)[:, None] * direction
    rows = [space.render(points[at].at(points.vectors[at] + steps)) for at in range(len(points))]
    return torch.stack(rows), [f"{strength:+g}" if strength else "0" for strength in strengths]


def slide(
    space: Space,
    direction: Direction,
    numbers: Sequence[int] = tuple(range(SHOWN)),
    *,
    strengths: Sequence[float] = STRENGTHS,
    seed: int = 0,
    label: str | int | None = None,
) -> Explored:
    """Show samples moved along a direction by several strengths; 0 is the sample itself, 1 all of A - B."""
    points = space.numbered(numbers, seed=seed, label=label)
    samples, titles = strip(space, direction.vector, points, strengths=strengths)
    picture = draw(samples, rows=[str(number) for number in numbers], columns=titles)
    notes: dict[str, Any] = {
        "direction": direction.name,
        "groups": list(direction.groups),
        "strengths": list(strengths),
    }
    notes |= {"samples": list(numbers), "seed": seed}
    return Explored(picture, {"samples": samples, "direction": direction.vector}, notes)


def check(
    space: Space,
    direction: Tensor,
    attribute: str,
    value: str,
    against: str = "",
    *,
    judge: Judge,
    within: Mapping[str, str] = MappingProxyType({}),
    strength: float = 1.0,
    n: int = DRAWN,
    seed: int = 1,
) -> dict[str, Any]:
    """Say what a direction does to samples that had no part in finding it, by a judge that had none either.

    Only samples count that show `against`, and what `within` says, before. `changed` is the share that show `value`
    after, `kept` by attribute the share that show the same before and after. The same is said of steps as long in
    random directions, one for each sample: what a direction is to be compared with.

    Raises:
        UserError: no sample shows `against`.
    """
    points = space.draw(n, seed=seed)
    before = known(judge, attribute).read(space.render(points))
    outside = groups_of(judge, before, attribute, value, against)[1] & matching(judge, before, within)
    if not bool(outside.any()):
        raise UserError(
            f"none of {n} samples shows {attribute} {against or f'other than {value}'}: use a larger --number"
        )
    rows = outside.nonzero().flatten()
    step = strength * direction
    random = torch.randn(len(rows), len(step), generator=torch.Generator().manual_seed(seed))
    outcomes = {}
    for name, by in (("step", step), ("random_step", normalize(random, dim=1) * step.norm())):
        after = judge.read(space.render(points[rows].moved(by)))
        changed = share(after[attribute] == judge.value(attribute, value))
        shares = {other: share(after[other] == before[other][rows]) for other in after if other != attribute}
        outcomes[name] = {"changed": changed, "kept": shares}
    return {"samples": len(rows), "strength": strength, **outcomes, "accuracy": dict(judge.accuracy)}


def groups_of(
    judge: Judge | None, readings: Mapping[str, Tensor], attribute: str, value: str, against: str
) -> tuple[Tensor, Tensor]:
    """Return which samples show `value` and which `against` (empty: anything but `value`), bool [N] each."""
    reader = known(judge, attribute)
    inside = readings[attribute] == reader.value(attribute, value)
    outside = readings[attribute] == reader.value(attribute, against) if against else ~inside
    return inside, outside


def matching(judge: Judge, readings: Mapping[str, Tensor], within: Mapping[str, str]) -> Tensor:
    """Return which samples show all the values `within`, bool [N]."""
    rows = [readings[name] == known(judge, name).value(name, value) for name, value in within.items()]
    return torch.stack([torch.ones_like(next(iter(readings.values())), dtype=torch.bool), *rows]).all(0)


def known(judge: Judge | None, attribute: str) -> Judge:
    """Return the judge if it knows an attribute; UserError otherwise."""
    names = [*(judge.values if judge else ()), *MEASURES]
    if judge is None or attribute not in judge.values:
        raise UserError(f"no attribute '{attribute}'{suggest(attribute, names)}")
    return judge


def filled(row: Tensor, count: int, last: Tensor) -> Tensor:
    """Return a row of `count` samples, the missing ones as the mean is, ended by `last`."""
    return torch.cat([row, *[last] * (count - len(row)), last])
