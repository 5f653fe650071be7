"""The oracle protocol of SeqGAN: who writes what a known distribution finds likely, and at what price in variety.

python benchmarks/oracle.py [--oracles 0 1 2] [--epochs 20] [--fork 15] [--contest 150] [--set path=value ...]

For each oracle, an LSTM of weights from N(0, 1), 10,000 of its sentences are learned: by `mle`, measured after each
epoch, and by `seqgan`, which is the same likelihood run up to epoch `--fork`, bit for bit, and then the contest. Beside
the mean cost of a token in the oracle (nll_oracle) stand that of the oracle's own unseen sentences in the writer
(nll_gen) and the share of different pairs of words (distinct_2): a writer of one sentence wins the first alone.
So do likelihood's sentences at lower temperatures, which trade the same at no cost. Of the distance from evenly drawn
words (0) to the oracle's own sentences (1), `closed` is the share. Results are written after each oracle. Memory comes
and goes in large blocks: MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=4000000000 saves time.
"""

import argparse
import copy
import dataclasses
from typing import Any

import common
import torch

from zerosum.core.tokens import unpacked
from zerosum.core.trainer import Trainer
from zerosum.data.dataset import Dataset
from zerosum.kinds.text.oracle import AT_ONCE, Oracle
from zerosum.metrics.text.ngrams import distinct
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.resolve import resolve
from zerosum.training.planning import data_fields

SENTENCES, JUDGED, BATCH = 10_000, 2_000, 64
EPOCH = SENTENCES // BATCH
TEMPERATURES = (0.9, 0.8, 0.7)
# The paper's writer, whose size is the oracle's, and its rate; no rate falls, so that each epoch can be the last.
WRITER = ["generator.embedding=32", "generator.hidden=32", "generator.lr=0.01", "clip_gradient=5"]
COMMON = [*WRITER, f"batch_size={BATCH}", "schedule=constant", "threads=1"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--oracles", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=20, help="of mle")
    parser.add_argument("--fork", type=int, default=15, help="the epoch in which seqgan's contest begins")
    parser.add_argument("--contest", type=int, default=150, help="rounds of it")
    parser.add_argument("--every", type=int, default=25, help="rounds between two measurements of it")
    parser.add_argument("--set", nargs="*", default=[], help="settings of seqgan")
    given = parser.parse_args()
    runs = (common.read("oracle") or {}).get("runs", [])
    for seed in given.oracles:
        runs = [run for run in runs if run["oracle"] != seed]
        runs.append(measure(seed, given))
        common.write("oracle", {"sentences": SENTENCES, "judged": JUDGED, "settings": COMMON, "runs": runs})


def measure(seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """Play both systems against one oracle."""
    judge = Judge(Oracle(seed=seed))
    data = judge.oracle.dataset(SENTENCES, seed=1)
    likelihood = trainer("mle", data, [], given.epochs * EPOCH)
    curve, fork, cooler = [], dict[str, Any](), list[dict[str, Any]]()
    for epoch in range(1, given.epochs + 1):
        play(likelihood, EPOCH)
        curve.append(judge.of(likelihood) | {"epoch": epoch})
        if epoch == given.fork:
            fork, cooler = copy.deepcopy(likelihood.state_dict()), judge.cooler(likelihood)
    best = min(curve, key=lambda point: point["nll_oracle"])
    contest = contested(fork, data, judge, given)
    known = {"oracle": seed, "floor": judge.floor, "random": judge.random, "options": vars(given)}
    closed = {name: judge.closed(point) for name, point in (("mle", best), ("seqgan", contest[-1]))}
    return known | {
        "mle": best,
        "seqgan": contest[-1],
        "closed": closed,
        "cooler": cooler,
        "curve": curve,
        "contest": contest,
    }


def contested(fork: dict[str, Any], data: Dataset, judge: "Judge", given: argparse.Namespace) -> list[dict[str, Any]]:
    """Play seqgan from where likelihood has brought its writer, and return what was measured on the way."""
    rounds = f"likelihood_rounds={given.fork * EPOCH}"
    playing = trainer("seqgan", data, [rounds, *given.set], 0)
    writer = {name.partition(".")[2]: value for name, value in fork["game"].items()}
    own = playing.game.state_dict()
    both = {f"{part}.{name}": value for part in ("generator", "copy") for name, value in writer.items()}
    playing.load_state_dict(fork | {"game": own | both, "meter": playing.meter.state_dict()})
    play(playing, playing.game.discriminator_rounds)  # type: ignore[arg-type]
    points = []
    for rounds_played in range(given.every, given.contest + 1, given.every):
        play(playing, given.every)
        points.append(judge.of(playing) | {"round": rounds_played})
    return points


def trainer(system: str, data: Dataset, settings: list[str], steps: int) -> Trainer:
    """Return the trainer of a system for the sentences of an oracle; steps are only recorded."""
    fields = data_fields("oracle", data, None, None)
    recipe = resolve(system, {}, fields, "text", [*COMMON, *settings], steps=max(steps, 1))
    return build_trainer(recipe, build_game(recipe), data, torch.device("cpu"), ())


def play(playing: Trainer, rounds: int) -> None:
    """Play some rounds, in the time that the trainer keeps."""
    playing.fit(steps=playing.step + rounds)


@dataclasses.dataclass
class Judge:
    """What an oracle says of writers."""

    oracle: Oracle

    def __post_init__(self) -> None:
        self.unseen = self.oracle.sentences(JUDGED, seed=2)
        self.floor = self.oracle.nll(self.unseen)
        generator = torch.Generator().manual_seed(3)
        even = torch.randint(self.oracle.tokens - 3, (JUDGED, self.oracle.length), generator=generator) + 3
        self.random = self.oracle.nll(even)

    @torch.no_grad()
    def of(self, playing: Trainer) -> dict[str, Any]:
        """Return the figures of a writer as it stands, and the CPU seconds that it took to get there."""
        with playing.averaged():
            costs = [playing.game.log_probability(part) for part in torch.split(self.unseen, AT_ONCE)]
            figures = self.written(playing) | {"nll_gen": -float(torch.cat(costs).mean())}  # type: ignore[arg-type]
        point = figures | {"cpu_seconds": round(playing.cpu_seconds, 1)}
        print(point, flush=True)
        return point

    @torch.no_grad()
    def cooler(self, playing: Trainer) -> list[dict[str, Any]]:
        """Return what a writer's sentences cost, and how they differ, at lower temperatures."""
        with playing.averaged():
            return [self.written(playing, at) | {"temperature": at} for at in TEMPERATURES]

    def written(self, playing: Trainer, temperature: float = 1.0) -> dict[str, Any]:
        """Return what sentences of a writer cost, and the share of different pairs of words in them."""
        dice = torch.rand(JUDGED, self.oracle.length, generator=torch.Generator().manual_seed(4))
        heat = torch.full((JUDGED, 1), temperature)
        parts = zip(torch.split(dice, AT_ONCE), torch.split(heat, AT_ONCE), strict=True)
        sentences = torch.cat([playing.game.sample({"dice": d, "temperature": t}) for d, t in parts])
        words = [list(map(str, row)) for row in unpacked(sentences)]
        return {"nll_oracle": self.oracle.nll(sentences), "distinct_2": distinct(words, 2)}

    def closed(self, point: dict[str, Any]) -> float:
        """Return the share of the distance from evenly drawn words to the oracle that a writer has closed."""
        return (self.random - point["nll_oracle"]) / (self.random - self.floor)


if __name__ == "__main__":
    main()
