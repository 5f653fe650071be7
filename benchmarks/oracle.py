"""The oracle protocol of SeqGAN: who writes what a known distribution finds likely, and at what price in variety.

python benchmarks/oracle.py [--oracles 0 1 2] [--epochs 20] [--fork 15] [--contest 150] [--set path=value ...]

For each oracle, an LSTM of weights from N(0, 1), 10,000 of its sentences are learned: by `mle`, measured after each
epoch, and by `seqgan`, which is the same likelihood run up to epoch `--fork`, bit for bit, and then the contest. Beside
the mean cost of a token in the oracle (nll_oracle) stand that of the oracle's own unseen sentences in the writer
(nll_gen) and the share of different pairs of words (distinct_2): a writer of one sentence wins the first alone.
Results are written after each oracle. 0 nats of distance are the oracle's own sentences, 1 is evenly drawn words.
"""

import argparse
import copy
import dataclasses
from typing import Any

import common
import torch

from zerosum.core.trainer import Trainer
from zerosum.data.dataset import Dataset
from zerosum.kinds.text.oracle import AT_ONCE, Oracle, distinct
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.resolve import resolve
from zerosum.training.planning import data_fields

SENTENCES, JUDGED, BATCH = 10_000, 2_000, 64
EPOCH = SENTENCES // BATCH
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
    curve, fork = [], dict[str, Any]()
    for epoch in range(1, given.epochs + 1):
        play(likelihood, EPOCH)
        curve.append(judge.of(likelihood) | {"epoch": epoch})
        if epoch == given.fork:
            fork = copy.deepcopy(likelihood.state_dict())
    best = min(curve, key=lambda point: point["nll_oracle"])
    contest = contested(fork, data, judge, given)
    known = {"oracle": seed, "floor": judge.floor, "random": judge.random}
    closed = {name: judge.closed(point) for name, point in (("mle", best), ("seqgan", contest[-1]))}
    return known | {"mle": best, "seqgan": contest[-1], "closed": closed, "curve": curve, "contest": contest}


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
        generator = torch.Generator().manual_seed(4)
        dice = torch.rand(JUDGED, self.oracle.length, generator=generator)
        with playing.averaged():
            return self._of(playing, dice)

    def _of(self, playing: Trainer, dice: torch.Tensor) -> dict[str, Any]:
        parts = [{"dice": part, "temperature": torch.ones(len(part), 1)} for part in dice.split(AT_ONCE)]
        written = torch.cat([playing.game.sample(part) for part in parts])
        costs = torch.cat([playing.game.log_probability(part) for part in self.unseen.split(AT_ONCE)])  # type: ignore[arg-type]
        figures = {"nll_oracle": self.oracle.nll(written), "nll_gen": -float(costs.mean())}
        point = figures | {"distinct_2": distinct(written), "cpu_seconds": round(playing.cpu_seconds, 1)}
        print(point, flush=True)
        return point

    def closed(self, point: dict[str, Any]) -> float:
        """Return the share of the distance from evenly drawn words to the oracle that a writer has closed."""
        return (self.random - point["nll_oracle"]) / (self.random - self.floor)


if __name__ == "__main__":
    main()
