"""`zerosum race`."""

import json
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit


def race(
    *systems: str,
    data: str = "digits",
    minutes: float | None = None,
    images: int | None = None,
    seeds: int = 3,
    clock: Literal["auto", "cpu", "wall"] = "auto",
    out: Path | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set", consume_multiple=True, negative="")] = (),
    set_for: Annotated[tuple[tuple[str, str], ...], Parameter(negative="")] = (),
    own_networks: Annotated[bool, Parameter(negative="")] = False,
    as_published: Annotated[bool, Parameter(negative="")] = False,
    samples: int = 10_000,
    device: str = "auto",
    size: str | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit = "crop",
    data_root: Path | None = None,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
    json_: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> str:
    """Race systems with the same networks, data and budget; say which differences are real.

    The same command again continues the race where it stopped, also with more systems or seeds. Prints a table on
    stdout and writes race.html and race.json; each system and seed is a run folder of its own.

    Args:
        systems: Named systems (`zerosum list`) or recipe files (.yaml).
        data: A known data set, a folder or archive of images, or a toy density.
        minutes: Minutes of training for each system and seed, without scoring and saving; see `--clock`.
        images: Real images (or points) that each discriminator learns from, in place of minutes.
        seeds: How often each system plays. With fewer than 3 no difference can be called real.
        clock: What minutes are of: cpu time, time on the wall, or auto: CPU time where a CPU trains.
        out: The folder of the race. Default: runs/race-DATA.
        set_: Recipe entries for all as path=value.
        set_for: A recipe entry for one: the name of the system, then path=value.
        own_networks: Leave to each system its own networks, latent and batch size.
        as_published: Let each play by its paper's own rates instead of those that suit minutes on a laptop.
        samples: Samples for the final scores.
        device: auto, cpu, cuda or mps.
        size: Pixels a side, or WIDTHxHEIGHT such as 96x64. Default: what the images have in common.
        channels: 1 for grey, 3 for colour, 4 for colour and alpha.
        fit: Of images of other proportions: crop, pad or stretch. Default: crop.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        fresh: Start over in a folder that holds a race.
        quiet: Show messages only.
        json_: Print all results as JSON.
    """
    from zerosum.racing.race import race as run
    from zerosum.racing.table import table

    own: dict[str, list[str]] = {}
    for system, assignment in set_for:
        own.setdefault(system, []).append(assignment)
    ended = run(
        systems,
        data,
        minutes=minutes,
        images=images,
        seeds=seeds,
        clock=clock,
        out=out,
        settings=set_,
        settings_for=own,
        own_networks=own_networks,
        as_published=as_published,
        samples=samples,
        device=device,
        size=size,
        channels=channels,
        fit=fit,
        data_root=data_root,
        fresh=fresh,
        quiet=quiet,
    )
    print(json.dumps(ended.to_dict(), indent=1) if json_ else table(ended))
    return ended.reason
