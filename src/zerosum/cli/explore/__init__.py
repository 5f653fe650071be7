"""`zerosum explore RUN ...`: one command a kind of exploration; the run comes first, as in all other commands."""

import cyclopts

from zerosum.cli.explore.directions import arithmetic, directions
from zerosum.cli.explore.images import invert, neighbours
from zerosum.cli.explore.walks import interpolate, truncation

explore = cyclopts.App(
    name="explore",
    help="Steer a trained generator: `zerosum explore RUN interpolate`. Samples are named by their number, counted "
    "from 0, as `zerosum sample` makes them from the same seed.",
    help_format="markdown",
    usage="Usage: zerosum explore RUN COMMAND [OPTIONS]",
)
explore.command(interpolate)
explore.command(truncation)
explore.command(arithmetic)
explore.command(directions)
explore.command(invert)
explore.command(neighbours)


def reordered(words: list[str]) -> list[str]:
    """Return `explore RUN VERB ...` as `explore VERB RUN ...`, which is what the parser wants; all else as it is."""
    verbs = [name for name in explore if not name.startswith("-")]
    if words[:1] == ["explore"] and len(words) > 2 and words[1] not in verbs and words[2] in verbs:
        return ["explore", words[2], words[1], *words[3:]]
    return words
