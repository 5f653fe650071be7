"""Races made by hand."""

from pathlib import Path

from zerosum.racing.conditions import Budget, Terms
from zerosum.racing.result import Race
from zerosum.racing.standing import Entry, Moment

ABOUT = {"zerosum": "1", "date": "2026-01-01", "machine": "a machine", "versions": {"torch": "2"}}


def score(value, floor=2.0):
    return {"value": value, "error": None, "floor": floor, "better": "lower", "protocol": {"metric": "fd"}}


def entry(name, seed, fd=None, **fields):
    if fd is None:
        return Entry(name, seed, **{"status": "failed", "why": "it broke", **fields})
    curve = tuple(Moment(k / 8, k * 100, k, k, fd * 9 / (k + 1), 3.0) for k in range(1, 9))
    trained = {"rounds": 100, "images": 800, "seconds": 8.0, "cpu_seconds": 8.0}
    return Entry(name, seed, status="done", scores={"fd": score(fd)}, trained=trained, curve=curve, **fields)


def race_of(values, path=Path("race"), **fields):
    """A race from {name: a score a seed, None for one that failed}."""
    terms = Terms("mnist", "abc", Budget("cpu_minutes", 2.0), (), False, 1000, "cpu")
    entries = tuple(entry(name, seed, fd) for name, each in values.items() for seed, fd in enumerate(each))
    return Race(path, terms, tuple(values), entries, ABOUT, **fields)


THREE = {"slow": [50.0, 52.0, 51.0], "fast": [5.0, 5.2, 5.1], "near": [5.2, 5.3, 4.9]}
