"""`python -m zerosum.training.companion`: one of the processes of `companions`, told its job on stdin.

The main thread waits for the end of stdin, which comes when the first process ends, even if it was killed. Signals are
for the first process, so they are ignored here. Nothing is written but the reason of a failure, to stderr.
"""

import functools
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any


def main() -> None:
    """Play a part of the training, until it or the first process ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    job = sys.stdin.buffer.readline()
    if job:
        threading.Thread(target=_work, args=(json.loads(job),), daemon=True).start()
        sys.stdin.buffer.read()
    os._exit(0)


def _work(job: dict[str, Any]) -> None:
    from zerosum.errors import OutOfMemoryError, ZerosumError
    from zerosum.training.companions import SHORT, UNFORESEEN

    try:
        play(job)
    except OutOfMemoryError as error:
        _end(str(error), SHORT)
    except ZerosumError as error:  # the first process meets the same, and says it; or waits for this one to be ready
        _end(str(error), error.exit_code)
    except BaseException:
        _end(traceback.format_exc(), UNFORESEEN)
    os._exit(0)


def _end(reason: str, code: int) -> None:
    print(reason, file=sys.stderr, flush=True)
    os._exit(code)


def play(job: dict[str, Any]) -> None:
    """Load the data, say that this process is ready, and play its shards."""
    import torch

    from zerosum.core import registry
    from zerosum.group import distributed
    from zerosum.progress.display import Mute
    from zerosum.recipe.build import build_game
    from zerosum.recipe.schema import validate
    from zerosum.recipe.training_data import Material
    from zerosum.runs.run import Run
    from zerosum.training.companions import ready
    from zerosum.training.plan import Plan
    from zerosum.training.train import play_together

    registry.trust(job["trust"])
    recipe, root = validate(job["recipe"]), job["data_root"]
    load = functools.partial(Material.of(recipe.data).load, root=None if root is None else Path(root))
    test = functools.cache(functools.partial(load, "test"))
    plan = Plan(recipe, load(strict=job["strict"]), test, build_game(recipe))
    store = distributed.met(job["port"], job["world"])
    store.set(ready(job["rank"]), "here")
    seat, run = distributed.Seat(store, job["rank"], job["world"]), Run(Path(job["out"]))
    play_together(plan, run, torch.device("cpu"), Mute(), seat, **job["wishes"])


if __name__ == "__main__":
    main()
