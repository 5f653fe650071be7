"""What all explorations share: types of options, the space of a run, and what is said of the outcome."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from zerosum.progress.numbers import rounded

if TYPE_CHECKING:
    from zerosum.latents.explored import Explored
    from zerosum.latents.space import Space

Numbers = Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="")]
Picked = Annotated[tuple[int, ...], Parameter(consume_multiple=True, negative="", show_default=False)]
Amounts = Annotated[tuple[float, ...], Parameter(consume_multiple=True, negative="")]
Flag = Annotated[bool, Parameter(negative="")]


def space_of(run: Path, device: str, out: Path, force: bool, data: Path | None = None) -> "Space":
    """Return the space of a run, whose data may lie elsewhere; what would make all of it vain is looked at first."""
    from zerosum.core.device import device_of
    from zerosum.latents.explored import check_out
    from zerosum.latents.space import open_space
    from zerosum.recipe.training_data import pointed

    check_out(out, force=force)
    space = open_space(run, device=device_of(device))
    space.generator.recipe = pointed(space.generator.recipe, data)
    return space


def save(result: "Explored", run: Path, out: Path, force: bool, *, fps: float = 20.0) -> None:
    """Write what was found; where it is goes to stdout, what there is to say of it to stderr."""
    for name in ("check", "median_psnr"):
        if name in result.notes:
            print(f"{name}: {json.dumps(rounded(result.notes[name]))}", file=sys.stderr)
    for path in result.save(out, force=force, fps=fps, about={"run": run.name}):
        print(path)
