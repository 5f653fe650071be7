"""Whether training begins with what `zerosum data check` saw: it is asked what training asks, without the data."""

from collections.abc import Mapping
from typing import Any

from zerosum.core.game import Facts
from zerosum.core.spec import spec_by
from zerosum.data.check import Report
from zerosum.data.check_pairs import PairsReport
from zerosum.data.loader import refuse_few
from zerosum.errors import UserError
from zerosum.recipe.build import build_game, suited
from zerosum.recipe.resolve import resolve
from zerosum.training.choice import system_for


def obstacle(report: Report | PairsReport) -> str:
    """Return why training on what a report is of would be refused, with the remedy; "" where it would begin.

    The system is the one that is taken where none is named; for a translation pix2pix, or cyclegan where there are no
    pairs.
    """
    try:
        _begin_pairs(report) if isinstance(report, PairsReport) else _begin(report)
    except UserError as error:
        return str(error)
    return ""


def _begin(report: Report) -> None:
    shape = tuple(report.shape)
    data = {"source": report.source, "shape": shape, "classes": list(report.classes)}
    _play(system_for(Facts(shape)).value, data, report.splits, report.plan["name"])


def _begin_pairs(report: PairsReport) -> None:
    masked = (report.way or "").partition(":")[0] == "masked"
    system = "inpainting" if masked else "pix2pix" if report.pairs else "cyclegan"
    shapes = {"shape": tuple(report.shape), "source_shape": tuple(report.source_shape)}
    data = {"source": report.source.source, "pairs": report.way, "paired": bool(report.pairs), **shapes}
    _play(system, data, report.pairs or {"train": report.unpaired["targets"]}, report.plan["name"])


def _play(system: str, data: dict[str, Any], counts: Mapping[str, int], name: str) -> None:
    """Do what a training begins with: networks for samples of this shape, a batch of the train split, a test split."""
    spec = spec_by(tuple(data["shape"]))
    recipe = resolve(system, {}, data, suited(spec, data.get("pairs")))
    build_game(recipe)
    refuse_few(name, counts["train"], recipe.batch_size, many=spec.answers.unit.many)
    if not counts.get("test", 1):
        raise UserError(f"{name} holds no readable image in split test: replace the files that are left out")
