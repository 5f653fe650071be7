"""Where memory does not suffice, of the machine or of a device: one line with the remedy."""

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from zerosum.errors import OutOfMemoryError
from zerosum.kinds.table import kind_of

if TYPE_CHECKING:
    from zerosum.recipe.schema import Recipe

SAID = re.compile(r"out of memory|can't allocate memory|not enough memory|_ALLOC_FAILED", re.IGNORECASE)
"""Words of torch, of its allocators on CPU, CUDA and MPS, and of cuBLAS and cuDNN, which have no error in common."""
ASKED = re.compile(r"tried to allocate ([\d.]+ ?[a-z]+)|unable to allocate ([\d.]+ ?[a-z]+)", re.IGNORECASE)
ANY = "ask for less at once, by a smaller --size or fewer samples, or use another --device"
"""The remedy where nothing is known of what was asked for."""


def lacking(error: BaseException) -> bool:
    """Whether an error says that memory did not suffice."""
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and SAID.search(str(error)) is not None)


def told(error: BaseException, remedy: str = ANY) -> OutOfMemoryError:
    """Return the error that says how much memory was asked for, where that is known, and the remedy."""
    match = ASKED.search(str(error))
    amount = f" ({match[1] or match[2]} more were asked for)" if match else ""
    return OutOfMemoryError(f"out of memory{amount}: {remedy}")


@contextlib.contextmanager
def enough(recipe: "Recipe", remedy: Callable[["Recipe"], str] | None = None) -> Iterator[None]:
    """Play a recipe inside the block; where memory does not suffice, say what would need less: `less`, or `remedy`.

    What is on disk stays as a kill would leave it: whole.

    Raises:
        OutOfMemoryError: with the remedy.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not lacking(error):
            raise
        raise told(error, (remedy or less)(recipe)) from error


def less(recipe: "Recipe") -> str:
    """Return what makes a run of this recipe need less memory, for a message."""
    size = " or a smaller --size" if kind_of(recipe.data.spec).suiting.sized else ""
    anew = f"begin anew, in another --out, with a batch_size below {recipe.batch_size}{size}"
    parts = (n for n in range(recipe.accumulate + 1, recipe.batch_size + 1) if divides(recipe, n))
    accumulate = next(parts, None)
    if accumulate is None:
        return anew
    advice = f"add --set accumulate={accumulate}, which takes a batch in parts and goes on from the last checkpoint"
    return f"{advice}; or {anew}"


def smaller(recipe: "Recipe") -> str:
    """Return what makes the networks of this recipe, which are not made yet, need less memory, for a message."""
    parts = [f"{name}.width ({player['width']})" for name, player in recipe.players.items() if player.get("width")]
    parts += [f"batch_size ({recipe.batch_size})", *(["--size"] if kind_of(recipe.data.spec).suiting.sized else [])]
    return f"choose a smaller {', '.join(parts[:-1])}{' or ' if parts[:-1] else ''}{parts[-1]}"


def divides(recipe: "Recipe", accumulate: int) -> bool:
    """Whether the batch of a recipe can be taken in so many micro-batches a process."""
    return recipe.batch_size % (recipe.processes * accumulate) == 0
