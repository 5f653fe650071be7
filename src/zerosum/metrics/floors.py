"""What real data reach: the floor of every metric, measured once for each protocol and kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zerosum.metrics.metric import Value
from zerosum.metrics.named import metric as metric_of
from zerosum.metrics.reference import Drawn, Reference
from zerosum.storage.cache import keeping
from zerosum.storage.json_files import digest, read_json, write_json


class Floors:
    """The floors of a reference, remembered here and in the cache folder by the digest of their protocol.

    Args:
        reference: the test split, and the train images that are measured against it.
        cache: folder of the files.
    """

    def __init__(self, reference: Reference, cache: Path) -> None:
        self.reference, self.cache = reference, cache
        self.known: dict[str, float] = {}

    def of(self, names: Sequence[str], n: int) -> dict[str, float]:
        """Return the floors of those metrics that have one, for `n` samples; what is not known yet is measured."""
        theory = {name: floor for name in names if (floor := metric_of(name).theory) is not None}
        measurable = [name for name in names if metric_of(name).has_floor and name not in theory]
        keys = {name: digest(protocol(name, self.reference, n)) for name in measurable}
        missing = [name for name in keys if not self.recall(keys[name])]
        train = [name for name in missing if not metric_of(name).floor_on_test]
        values = measured(train, self.reference, self.reference.real_train(n)) if train else {}
        values |= measured([name for name in missing if name not in train], self.reference, self.reference.real)
        for name, (value, error) in values.items():
            self.known[keys[name]] = value
            content = {"value": value, "error": error, "protocol": protocol(name, self.reference, n)}
            with keeping(self.path(keys[name])):
                write_json(self.path(keys[name]), content)
        return theory | {name: self.known[key] for name, key in keys.items()}

    def recall(self, key: str) -> bool:
        """Return whether a floor is known, reading it from the cache folder if it is there and whole."""
        if key not in self.known:
            value = (read_json(self.path(key)) or {}).get("value")
            if not isinstance(value, int | float):
                return False
            self.known[key] = float(value)
        return True

    def path(self, key: str) -> Path:
        """Return where a floor is kept."""
        return self.cache / "floors" / f"{key}.json"


def protocol(metric: str, reference: Reference, n: int) -> dict[str, Any]:
    """Return what the floor of `metric` for `n` samples depends on."""
    entry = metric_of(metric)
    facts: dict[str, Any] = {
        "metric": metric,
        "revision": entry.revision,
        "data": reference.train.name,
        "data_fingerprint": reference.train.fingerprint,
        "reference": reference.test.split,
        "reference_fingerprint": reference.test.fingerprint,
        "shape": list(reference.train.shape),
        "n_real": len(reference.indices),
        "n_fake": entry.count(reference, n),
        "constants": entry.constants | entry.shown(reference),
    }
    if entry.space is not None:
        features = reference.features if entry.space == "features" else reference.labelled
        facts |= {"features": features.name, "features_fingerprint": features.fingerprint}
        facts |= {"processing": features.processing}
    return facts


def measured(names: Sequence[str], reference: Reference, fake: Drawn) -> dict[str, Value]:
    """Return the values of `names`; metrics that share a measure are computed together."""
    values: dict[str, Value] = {}
    for measure in dict.fromkeys(metric_of(name).measure for name in names):
        together = ", ".join(name for name in names if metric_of(name).measure is measure)
        reference.waiting(f"measuring {together}", 0, 0)
        values |= measure(reference, fake)
    return {name: values[name] for name in names}
