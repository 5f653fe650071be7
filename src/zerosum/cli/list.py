"""`zerosum list`."""

import json
from typing import Annotated

from cyclopts import Parameter

from zerosum.core.registry import Registry

GROUPS = {"data": "datasets"}
"""Sorts whose entry points have another name than the list."""


def list_(*, json_: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """List systems, data sets, pair makers, networks, losses, penalties, metrics and features, with one line each.

    Args:
        json_: As JSON.
    """
    everything = catalogue()
    print(json.dumps(everything, indent=1) if json_ else as_text(everything))


def catalogue() -> dict[str, dict[str, str]]:
    """Return what there is, by kind and name. Nothing here imports torch."""
    from zerosum.data.names import FOUND, KNOWN, MAKERS, TOYS
    from zerosum.losses.table import LINES as LOSSES
    from zerosum.metrics.names import FEATURES, METRICS
    from zerosum.networks.table import LINES as NETWORKS
    from zerosum.penalties.table import LINES as PENALTIES
    from zerosum.recipe.table import SYSTEMS

    own = {
        "systems": {name: f"{entry.line} ({entry.source})" for name, entry in SYSTEMS.items()},
        "data": KNOWN | TOYS | {"PATH": "a folder, .zip or .npz of images; sub-folders become labels"},
        "pairs": MAKERS | FOUND,
        "networks": NETWORKS,
        "losses": LOSSES,
        "penalties": PENALTIES,
        "metrics": METRICS,
        "features": FEATURES,
    }
    return {sort: entries | installed(GROUPS.get(sort, sort)) for sort, entries in own.items()}


def installed(sort: str) -> dict[str, str]:
    """Return what installed packages add to a sort, and which package it is; nothing of theirs is imported."""
    plugins = Registry(sort, f"zerosum.{sort}", {}).plugins()
    return {plugin.name: f"of {plugin.distribution}: {plugin.target}" for plugin in plugins}


def as_text(everything: dict[str, dict[str, str]]) -> str:
    """Return the catalogue as aligned lines under headings."""
    lines = []
    for kind, entries in everything.items():
        width = max(len(name) for name in entries)
        lines += [f"{kind}:", *(f"  {name:<{width}}  {line}" for name, line in entries.items()), ""]
    return "\n".join(lines).rstrip()
