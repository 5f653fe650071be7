"""What the trainer costs beside the arithmetic: target 5 of the fourth issue.

python benchmarks/overhead.py [--pairs 25]
A bare loop of exactly what cannot be left out (both networks' forward, loss, due penalties, backward, the optimiser's
step) is interleaved with the trainer's rounds: the same networks, optimisers and rules, one thread, CPU seconds. The
bare loop's reals, labels and latents are drawn before the clock starts. So batches, latents, random states, averaged
weights, means of the terms and the game's own bookkeeping all count as the trainer's.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common
import torch
from torch import Tensor

from zerosum.losses.loss import load_loss
from zerosum.penalties.load import penalty_class
from zerosum.recipe.build import build_game, build_trainer, optimizer_factory
from zerosum.systems.adversarial import joined
from zerosum.training.plan import Plan
from zerosum.training.planning import prepare
from zerosum.training.request import Request

RECIPES = Path(__file__).parents[1] / "recipes"
CPU = torch.device("cpu")
PLANS: dict[str, tuple[str, str, list[str], int, float]] = {
    "digits": (str(RECIPES / "digits.yaml"), "digits", [], 160, 0.10),
    "mnist": (str(RECIPES / "mnist.yaml"), "mnist", [], 16, 0.03),
    "mnist, tutorials' pair": ("dcgan", "mnist", ["network=tutorial", "batch_size=128"], 1, 0.03),
}
"""System or recipe, data, settings, rounds a block, and the target."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=25, help="blocks of each of the two, by turns")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    results = {name: compare(name, arguments.pairs) for name in PLANS}
    common.write("overhead", {"pairs": arguments.pairs, "results": results})


def compare(name: str, pairs: int) -> dict[str, Any]:
    """Interleave the trainer with the bare loop and return medians, ratio and spread."""
    system, data, settings, rounds, target = PLANS[name]
    plan = prepare(Request(system, data, settings=settings, as_published=True))
    trainer = build_trainer(plan.recipe, build_game(plan.recipe), plan.dataset, CPU, ())
    bare = Bare(plan)
    contestants: dict[str, Callable[[], object]] = {
        "trainer": lambda: trainer.fit(trainer.step + rounds),
        "bare": lambda: bare.play(rounds),
    }
    for play in contestants.values():
        play()
    times: dict[str, list[float]] = {"trainer": [], "bare": []}
    for pair in range(pairs):
        for each in sorted(contestants, reverse=bool(pair % 2)):
            times[each].append(timed(contestants[each]) / rounds)
    result = summary(times, target)
    print(name, result, flush=True)
    return result


def timed(play: Callable[[], object]) -> float:
    """Return the CPU seconds of a call."""
    start = time.process_time()
    play()
    return time.process_time() - start


def summary(times: dict[str, list[float]], target: float) -> dict[str, Any]:
    """Return the milliseconds a round, and the overhead: the median over pairs of trainer / bare - 1, and quartiles."""
    ratios = [ours / bare - 1 for ours, bare in zip(times["trainer"], times["bare"], strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    ms = {f"{name}_ms": round(1e3 * statistics.median(values), 4) for name, values in times.items()}
    rounded = {"overhead": round(middle, 4), "quartiles": [round(low, 4), round(high, 4)]}
    return ms | rounded | {"target": target, "reached": middle < target}


class Bare:
    """The arithmetic of a recipe's rounds, and nothing else."""

    def __init__(self, plan: Plan):
        recipe, self.game = plan.recipe, build_game(plan.recipe)
        self.loss = load_loss(recipe.game["loss"])
        self.penalties = [penalty_class(name)(**options) for name, options in recipe.game["penalties"].items()]
        batch = plan.dataset.batch(torch.arange(recipe.batch_size))
        self.real, self.label = batch["real"], batch["label"] if self.game.classes else None
        inputs = self.game.draw(self.real) | ({} if self.label is None else {"label": self.label})
        self.z = joined(self.game.controls, inputs)
        self.players = {name: list(self.game.get_submodule(name).parameters()) for name in recipe.players}
        self.optimizers = {name: optimizer_factory(recipe.players[name])(self.players[name]) for name in self.players}
        self.steps = itertools.count()

    def play(self, rounds: int) -> None:
        """Play rounds of one turn each."""
        generator, discriminator = self.game.generator, self.game.discriminator
        for step in itertools.islice(self.steps, rounds):
            due = [penalty for penalty in self.penalties if penalty.due(step)]
            with torch.no_grad():
                fake = generator(self.z)
            real = self.real.detach().requires_grad_() if due else self.real
            real_logits, fake_logits = self.judge(real, fake, apart=bool(due))
            loss = self.loss.discriminator_loss(real_logits, fake_logits)
            for penalty in due:
                loss = loss + penalty.weight * penalty(discriminator, real, fake, real_logits, fake_logits, self.label)
            self.move("discriminator", loss)
            self.move("generator", self.loss.generator_loss(discriminator(generator(self.z), self.label)))

    def judge(self, real: Tensor, fake: Tensor, *, apart: bool) -> tuple[Tensor, Tensor]:
        """Return D's logits, from one pass where the game does so."""
        label, discriminator = self.label, self.game.discriminator
        if apart or not self.game.at_once:
            return discriminator(real, label), discriminator(fake, label)
        real_logits, fake_logits = discriminator(
            torch.cat([real, fake]), label if label is None else label.repeat(2)
        ).chunk(2)
        return real_logits, fake_logits

    def move(self, name: str, loss: Tensor) -> None:
        """Take an optimiser step for one player."""
        torch.autograd.backward(loss, inputs=self.players[name])
        self.optimizers[name].step()
        self.optimizers[name].zero_grad(set_to_none=True)


if __name__ == "__main__":
    main()
