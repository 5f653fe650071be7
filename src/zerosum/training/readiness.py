"""Whether training begins with what `zerosum data check` saw: it is asked what training asks, without the data."""

from collections.abc import Mapping
from typing import Any

from zerosum.core.game import Facts
from zerosum.data.check import Report
from zerosum.data.check_pairs import PairsReport
from zerosum.data.loader import refuse_few
from zerosum.errors import UserError
from zerosum.kinds.kind import Scan
from zerosum.kinds.table import kind_of
from zerosum.recipe.build import build_game, suited
from zerosum.recipe.resolve import resolve
from zerosum.recipe.schema import Data
from zerosum.training.choice import system_for


def obstacle(report: Report | PairsReport | Scan) -> str:
    """Return why training on what a report is of would be refused, with the remedy; "" where it would begin.

    The system is the one that is taken where none is named; for a translation pix2pix, or cyclegan where there are no
    pairs.
    """
    try:
        if isinstance(report, PairsReport):
            _begin_pairs(report)
        elif isinstance(report, Scan):
            _begin_scanned(report)
        else:
            _begin(report)
    except UserError as error:
        return str(error)
    return ""


def _begin(report: Report) -> None:
    shape = tuple(report.shape)
    data = {"source": report.source, "shape": shape, "classes": list(report.classes)}
    _play(system_for(Facts(shape)).value, data, report.splits, report.plan["name"])


def _begin_scanned(scan: Scan) -> None:
    spec = scan.spec
    data = {"source": scan.source, **spec.to_dict()}
    _play(system_for(Facts(spec.shape, recorded=spec)).value, data, scan.splits, scan.name)


def _begin_pairs(report: PairsReport) -> None:
    masked = (report.way or "").partition(":")[0] == "masked"
    system = "inpainting" if masked else "pix2pix" if report.pairs else "cyclegan"
    shapes = {"shape": tuple(report.shape), "source_shape": tuple(report.source_shape)}
    data = {"source": report.source.source, "pairs": report.way, "paired": bool(report.pairs), **shapes}
    _play(system, data, report.pairs or {"train": report.unpaired["targets"]}, report.plan["name"])


def _play(system: str, data: dict[str, Any], counts: Mapping[str, int], name: str) -> None:
    """Do what a training begins with: networks for samples of this shape, a batch of the train split, a test split."""
    spec = Data.model_validate(data).spec
    recipe = resolve(system, {}, data, suited(spec, data.get("pairs")))
    build_game(recipe)
    unit = kind_of(spec).unit
    refuse_few(name, counts["train"], recipe.batch_size, unit=unit)
    if not counts.get("test", 1):
        raise UserError(f"{name} holds no readable {unit.one} in split test: replace the files that are left out")
