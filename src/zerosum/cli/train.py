"""`zerosum train`."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from zerosum.data.size import Fit


def train(
    system: str,
    /,
    *,
    data: str | None = None,
    target: str | None = None,
    pairs: str | None = None,
    out: Path | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    until: Literal["converged"] | None = None,
    seed: int | None = None,
    as_published: Annotated[bool, Parameter(negative="")] = False,
    device: str = "auto",
    set_: Annotated[tuple[str, ...], Parameter(name="--set", consume_multiple=True, negative="")] = (),
    size: str | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit | None = None,
    range_: Annotated[str | None, Parameter(name="--range")] = None,
    column: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    tokens: Literal["word", "byte", "bpe"] | None = None,
    length: int | None = None,
    sentences: Literal["line", "window"] | None = None,
    crops: bool | None = None,
    sharpness: float | None = None,
    data_root: Path | None = None,
    strict: Annotated[bool, Parameter(negative="")] = False,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False,
    tensorboard: Annotated[bool, Parameter(negative="")] = False,
    fast: Annotated[bool, Parameter(negative="")] = False,
    guard: Annotated[bool, Parameter(negative="")] = False,
    accept_ill: Annotated[bool, Parameter(negative="")] = False,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
) -> str | None:
    """Train a system on data. The same command again continues the run where it stopped.

    Prints the run folder on stdout; progress goes to stderr. A run that ends collapsed or diverged says so last, with
    the command to try, and its exit code is 3.

    Args:
        system: A named system (`zerosum list`) or a recipe file (.yaml); or just the data: then what suits them.
        data: A known data set, a folder or archive of images, or a toy density. Default: digits.
        target: Of systems that translate: the images to translate those of --data into.
        pairs: The same with one set of images: side-by-side, or a pair maker such as edges, grey, small:4, masked.
        out: The run folder. Default: runs/SYSTEM-DATA.
        steps: Rounds to play in all.
        minutes: Minutes of training in all, without scoring and saving.
        until: converged: score regularly, and end when playing on is worth little. Rounds or minutes stay the limit.
        seed: Repeats the run.
        as_published: Play by the paper's own rates, batch and networks instead of those that suit minutes on a laptop.
        device: auto, cpu, cuda or mps.
        set_: Recipe entries as path=value, such as lr=1e-3 or generator.width=128.
        size: Pixels a side, or WIDTHxHEIGHT such as 96x64. Default: what the images have in common.
        channels: 1 for grey, 3 for colour, 4 for colour and alpha.
        fit: Of images of other proportions: crop, pad or stretch. Default: crop.
        range_: LOW:HIGH, the values that become black and white, of arrays and of files of more than 8 bits. Default:
            found in all of them, as `zerosum data check` says.
        column: Of a table, what columns are: NAME=numeric, integer, category, boolean, date, time, target (its values
            are the labels) or out (left out). Default: found out, as `zerosum data check` says. NAME=text: sentences.
        tokens: Of text: word, byte or bpe. Default: words of sentences, bytes of running text.
        length: Of text: tokens of a sentence, or of a window. Default: what nearly all sentences need.
        sentences: Of text: line, a sentence a line; window, running text cut into windows. Default: as it looks.
        crops: Of systems that translate: random crops and mirror images. Default: of few images, or several sizes.
        sharpness: Of pix2pix and inpainting: how far the game sharpens; 0 is the least error, 1 the game in full.
        data_root: Where known data sets are looked for. Default: $ZEROSUM_DATA.
        strict: Refuse data with a file that cannot be read.
        fresh: Start over in a folder that holds a run.
        quiet: Show messages only.
        tensorboard: Write events for TensorBoard into the run folder too.
        fast: Take kernels that do not repeat bit for bit; a few per cent faster on CUDA. The recipe says so.
        guard: On collapse or divergence go back to where it was healthy and apply the first remedy, at most 3 times.
        accept_ill: Exit with 0 where the run ends collapsed or diverged, too.
        dry_run: Show the recipe, the data and the networks' sizes, and train nothing.
    """
    from zerosum.core.device import device_of
    from zerosum.errors import DivergedError
    from zerosum.group import distributed
    from zerosum.training.planning import planning
    from zerosum.training.request import Request
    from zerosum.training.train import train as play

    options: dict[str, Any] = {
        "settings": (*set_, "fast=true") if fast else set_,
        "steps": steps,
        "minutes": minutes,
        "until": until,
        "seed": seed,
        "as_published": as_published,
        "data_root": data_root,
        "size": size,
        "channels": channels,
        "fit": fit,
        "value_range": range_,
        "column": column,
        "tokens": tokens,
        "length": length,
        "sentences": sentences,
        "target": target,
        "pairs": pairs,
        "crops": crops,
        "sharpness": sharpness,
        "strict": strict,
    }
    if dry_run:
        request, place, say = Request(system, data, **options), device_of(device), distributed.say
        plan, _ = planning(request, out, place, fresh=fresh, say=say, reason=lambda text: None)
        print(plan.summary())
        return None
    try:
        outcome = play(
            system,
            data,
            out=out,
            device=device,
            fresh=fresh,
            quiet=quiet,
            tensorboard=tensorboard,
            guard=guard,
            **options,
        )
    except DivergedError as error:
        if not accept_ill:
            raise
        print(f"zerosum: {error}", file=sys.stderr)
        return None
    if distributed.speaks():
        print(outcome.run.path)
    return "ill" if outcome.ill and not accept_ill else outcome.reason
