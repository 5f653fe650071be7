"""What the best of a translator's simple rivals gets, measured once for each protocol and kept beside the floors."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from zerosum.metrics.floors import measured, protocol
from zerosum.metrics.named import metric as metric_of
from zerosum.metrics.outputs import Pairs, Translated
from zerosum.metrics.reference import Drawn, Reference
from zerosum.storage.cache import keeping
from zerosum.storage.json_files import digest, read_json, write_json

REVISION = 1
"""Raised when a rival of the same name makes other images than before."""

Values = dict[str, float]


def best_rivals(
    names: Sequence[str], reference: Reference, translated: Translated, n: int, *, cache: Path
) -> dict[str, dict[str, Any]]:
    """Return {metric: {"rival": its name, "rival_value": its value}} of those metrics that rivals are measured by.

    Args:
        names: of metrics.
        reference: what is scored against.
        translated: whose rivals they are; {} is returned where it has none.
        n: how many translations are scored: those of the same sources are.
        cache: folder of what is kept between runs.
    """
    if not translated.rivals:
        return {}
    compared = [name for name in names if metric_of(name).has_rivals]
    protocols = {name: _protocol(name, reference, translated, n) for name in compared}
    paths = {name: cache / "rivals" / f"{digest(protocols[name])}.json" for name in compared}
    rivals = {name: values for name in compared if (values := _recall(paths[name], translated))}
    missing = [name for name in compared if name not in rivals]
    for name, values in _measured(missing, reference, translated, n).items():
        rivals[name] = values
        with keeping(paths[name]):
            write_json(paths[name], {"values": values, "protocol": protocols[name]})
    return {name: _best(name, rivals[name]) for name in compared}


def _protocol(metric: str, reference: Reference, translated: Translated, n: int) -> dict[str, Any]:
    about = {"rivals": sorted(translated.rivals), "rivals_revision": REVISION}
    return protocol(metric, reference, n) | translated.about | about


def _recall(path: Path, translated: Translated) -> Values | None:
    """Return the values of all rivals from the cache folder, None where they are not there or not whole."""
    values = (read_json(path) or {}).get("values")
    if not isinstance(values, dict) or values.keys() != translated.rivals.keys():
        return None
    whole = all(isinstance(value, int | float) for value in values.values())
    return {name: float(value) for name, value in values.items()} if whole else None


def _measured(names: Sequence[str], reference: Reference, translated: Translated, n: int) -> dict[str, Values]:
    """Return {metric: {rival: value}}."""
    if not names:
        return {}
    rivals = {
        rival: measured(names, reference, _drawn(translated, pairs, n)) for rival, pairs in translated.rivals.items()
    }
    return {name: {rival: values[name][0] for rival, values in rivals.items()} for name in names}


def _drawn(translated: Translated, pairs: Pairs, n: int) -> Drawn:
    """Return a rival's images as samples of which nothing but the pairs is looked at."""

    def none(count: int) -> Any:
        raise AssertionError("a metric of pairs looks at nothing else")

    return Drawn(torch.empty(n, 0), None, None, none, none, translated=replace(translated, truth=pairs))


def _best(metric: str, values: Values) -> dict[str, Any]:
    choose = min if metric_of(metric).better == "lower" else max
    rival = choose(values, key=lambda name: values[name])
    return {"rival": rival, "rival_value": values[rival]}
