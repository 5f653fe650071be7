"""How fast a recipe is played here: measured in a few seconds on copies, so that a run can be spread over the cores.

Nothing of the run is touched. What several processes will do is foreseen from one: its own part of the batch, played
alone, times what it costs that all cores work at once, and the messages of docs/scaling.md.
"""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from zerosum.core.device import affordable, cpu_threads
from zerosum.core.game import Game
from zerosum.data.dataset import Dataset
from zerosum.kinds.table import kind_of
from zerosum.networks.init import NORMALISING
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.schema import Recipe
from zerosum.training.choice import Choice

TIE = 1.05
"""Ways whose times are closer than this are equally fast; then the simpler one is taken."""
LEAST_NORMALISED, LEAST = 8, 2
"""Samples of a micro-batch, with normalisation over the batch and without."""
SECONDS, MOST_ROUNDS, LONG = 0.7, 5, 10.0
"""Time and rounds that are measured of each way, after a first round, which makes what is made once. Where that takes
longer than the last number, it is itself what is measured."""
CYCLE = 64
"""Rounds in which each sort of round comes as often as it does in a training."""
HOP, BYTES_A_SECOND = 0.25e-3, 1.1e9
"""Latency of a message between processes of one machine, and what follows: as measured in docs/scaling.md."""
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Way:
    """A way to play a recipe on a CPU, and the seconds that a round takes."""

    processes: int
    threads: int
    seconds: float

    def __str__(self) -> str:
        if self.processes == self.threads == 1:
            return "one core"
        processes = "one process" if self.processes == 1 else f"{self.processes} processes"
        return f"{processes} of {self.threads} thread{'s' if self.threads > 1 else ''}"


def best_way(recipe: Recipe, dataset: Dataset, cores: int) -> tuple[Way, Choice, float]:
    """Measure the ways to play a recipe on `cores` cores: return the best, why, and its time over that of one core."""
    candidates = ways(recipe, dataset, cores)
    best = chosen(candidates)
    return best, Choice(str(best), explained(best, candidates, recipe)), best.seconds / candidates[0].seconds


def chosen(ways: Sequence[Way]) -> Way:
    """Return the fastest way; of those that are as fast, the one with the fewest processes, then threads."""
    fastest = min(way.seconds for way in ways)
    equal = [way for way in ways if way.seconds <= TIE * fastest]
    return min(equal, key=lambda way: (way.processes, way.threads))


def explained(best: Way, ways: Sequence[Way], recipe: Recipe) -> str:
    """Say how many samples a second the best way plays, and how many the others."""
    rates = {way: f"{recipe.batch_size / way.seconds:.3g}" for way in ways}
    others = "; ".join(f"{way}: {rates[way]}" for way in ways if way != best)
    return f"{rates[best]} {kind_of(recipe.data.spec).unit.many}/s" + (f" ({others})" if others else "")


def ways(recipe: Recipe, dataset: Dataset, cores: int) -> list[Way]:
    """Measure one thread, and all threads; foresee as many processes as there are cores, samples and memory for."""
    candidates = [Way(1, threads, seconds_a_round(recipe, dataset, threads=threads)) for threads in (1, cores)]
    game = build_game(recipe)
    processes = most_processes(recipe, game, affordable(cores))
    if processes > 1:
        part = seconds_a_round(recipe, dataset, share=processes)
        candidates.append(Way(processes, 1, part * slowdown(processes) + messages(game, processes)))
    return candidates


def most_processes(recipe: Recipe, game: Game, cores: int) -> int:
    """Return the most processes, up to `cores`, that divide a recipe's batch into micro-batches that are large enough.

    Normalisation over a batch needs several samples; a discriminator of packs needs whole ones.
    """
    normalised = any(isinstance(module, NORMALISING) for module in game.modules())
    least, pack = LEAST_NORMALISED if normalised else LEAST, recipe.game.get("pack", 1)
    for processes in range(cores, 1, -1):
        micro, rest = divmod(recipe.batch_size, processes * recipe.accumulate)
        if not rest and micro >= least and micro % pack == 0:
            return processes
    return 1


def seconds_a_round(
    recipe: Recipe,
    dataset: Dataset,
    *,
    threads: int = 1,
    share: int = 1,
    device: torch.device = CPU,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the seconds of a round of a copy of a recipe's game: of rounds of the same turns the median of a few.

    Where rounds differ in the players that move, as in a pyramid whose finer levels move more rarely, each sort of
    round is measured, and counts as often as it comes.

    Args:
        recipe: compiled turns are measured as they are before they are compiled.
        dataset: to train on.
        threads: of the CPU.
        share: part of the batch that is played, as one of so many processes has it.
        device: to play on.
        clock: what seconds are counted by.
    """

    def played() -> None:
        trainer.play()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    alone = recipe.model_copy(
        update={"batch_size": recipe.batch_size // share, "processes": 1, "compile": False, "signals_every": 0}
    )
    with torch.random.fork_rng(devices=[]), cpu_threads(threads):
        game = build_game(alone)
        sorts = sorts_of_rounds(game)
        trainer = build_trainer(alone, game, dataset, device, ())
        seconds = 0.0
        with trainer.kernels():
            for steps in sorts:
                trainer.step = steps[0]
                seconds += statistics.median(timed(played, clock, SECONDS / len(sorts))) * len(steps) / CYCLE
    return seconds


def sorts_of_rounds(game: Game) -> list[list[int]]:
    """Return the first rounds of a game, those together in which the same players move as often.

    Its turns are run through without being taken, so this is for copies.
    """
    sorts: dict[tuple[int, ...], list[int]] = {}
    for step in range(CYCLE):
        sorts.setdefault(tuple(id(turn.player) for turn in game.turns(step)), []).append(step)
    return list(sorts.values())


def timed(play: Callable[[], None], clock: Callable[[], float], seconds: float) -> list[float]:
    """Return the times of a few rounds, after a first one, or of that alone where it takes long."""
    times = [_seconds(play, clock)]
    if times[0] < LONG:
        times.clear()
    while len(times) < MOST_ROUNDS and sum(times) < seconds:
        times.append(_seconds(play, clock))
    return times


def slowdown(processes: int, products: int = 20) -> float:
    """Return how many times longer a core takes where so many work at once; at least 1.

    Cores that share a unit of arithmetic, other programs, and a container's share of the machine all tell in it. It is
    the time of matrix products of one thread, which do not wait for each other in Python.
    """
    square = torch.ones(384, 384)

    def work() -> None:
        torch.set_num_threads(1)
        for _ in range(products):
            square @ square

    def together() -> None:
        workers = [threading.Thread(target=work) for _ in range(processes)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    with cpu_threads(1):
        pairs = [(_seconds(together), _seconds(work)) for _ in range(4)][1:]
    return max(1.0, statistics.median(both for both, _ in pairs) / statistics.median(alone for _, alone in pairs))


def messages(game: Game, processes: int) -> float:
    """Return the seconds that a round's messages take, by the formula of docs/scaling.md: 2 (P - 1) (a + n / (P b)).

    One of gradients a turn, one of buffers where there are any, and one of a few bytes.
    """
    buffers = sum(4 * buffer.numel() for buffer in game.buffers() if buffer.is_floating_point())
    sizes = [*(_bytes(turn.player) for turn in game.turns(0)), *([buffers] if buffers else []), 8]
    hops = 2 * (processes - 1)
    return sum(hops * (HOP + size / (processes * BYTES_A_SECOND)) for size in sizes)


def _bytes(player: nn.Module) -> int:
    return sum(4 * parameter.numel() for parameter in player.parameters() if parameter.requires_grad)


def _seconds(call: Callable[[], None], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    call()
    return clock() - began
