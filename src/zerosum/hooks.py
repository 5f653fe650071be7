"""What happens besides playing: watch, log, sample, judge, keep, and recover. Only rank 0 writes."""

import math
import signal
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from zerosum import checkpoint, distributed, pictures, sampling
from zerosum._version import __version__
from zerosum.data.toys import Density
from zerosum.display import Display, Quiet
from zerosum.errors import DivergedError
from zerosum.generator import save_generator
from zerosum.metrics.evaluate import Evaluator
from zerosum.recipe.schema import Recipe
from zerosum.run import Run
from zerosum.snapshot import of_reals, snapshot
from zerosum.tensorboard import TensorBoard
from zerosum.trainer import RewoundError, Trainer

MOST_ROLLBACKS = 3


class BaseHook:
    """Does nothing; hooks override what they need."""

    def start(self, trainer: Trainer) -> None:
        """Once, before the first round of this process."""

    def round(self, trainer: Trainer) -> None:
        """After every round."""

    def finish(self, trainer: Trainer) -> None:
        """Once, after the last round of this process."""


class Stop(BaseHook):
    """Turns Ctrl-C and SIGTERM into a clean end after the round; a second signal kills at once."""

    REASONS = types.MappingProxyType({signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"})

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.received: str | None = None
        # Signals belong to the main thread; a training in another one is stopped by whoever started it.
        here = self.REASONS if threading.current_thread() is threading.main_thread() else ()
        self.previous = {number: signal.signal(number, self._receive) for number in here}

    def _receive(self, number: int, frame: types.FrameType | None) -> None:
        self.received = self.REASONS[signal.Signals(number)]
        for each in self.REASONS:
            signal.signal(each, signal.SIG_DFL)
        self.say("stopping after this round to save the state; once more stops at once")

    def round(self, trainer: Trainer) -> None:
        """Stop the trainer once a signal has come."""
        trainer.stopped = trainer.stopped or self.received

    def restore(self) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self.previous.items():
            signal.signal(number, handler)


class Guard(BaseHook):
    """Rolls back to the last healthy checkpoint when a logged term or a weight is no longer finite.

    The rounds after it are played with other random numbers, since the same ones would end the same way: `attempt`
    counts the rollbacks of the whole run, as checkpoints keep it. After `MOST_ROLLBACKS` it gives up.
    """

    def __init__(self, run: Run, every: tuple[int, ...], say: Callable[[str], None]):
        self.run, self.every, self.say = run, every, say

    def round(self, trainer: Trainer) -> None:
        """Look at the terms and weights where they are about to be used."""
        if any(trainer.step % every == 0 for every in self.every if every):
            self._check(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Look before the end is saved."""
        self._check(trainer)

    def _check(self, trainer: Trainer) -> None:
        bad = self._bad(trainer)
        if bad:
            self._roll_back(trainer, bad)

    def _bad(self, trainer: Trainer) -> str | None:
        for name, mean in trainer.meter.means().items():
            if not math.isfinite(mean):
                return name
        state = [tensor for tensor in trainer.game.state_dict().values() if tensor.is_floating_point()]
        finite = torch.stack([tensor.detach().isfinite().all() for tensor in state]).all()
        return None if finite else "a weight"

    def _roll_back(self, trainer: Trainer, bad: str) -> None:
        attempt = trainer.attempt + 1
        found = f"{bad} is not finite after round {trainer.step}"
        if attempt > MOST_ROLLBACKS:
            raise DivergedError(f"{found}, for the {attempt}th time: lower lr, or add penalties.r1.gamma=1")
        distributed.wait()
        state = checkpoint.load_latest(self.run.checkpoints, trainer.device, self.say)
        if state is None:
            raise DivergedError(f"{found}, and there is no checkpoint to go back to: lower lr")
        trainer.load_state_dict(state)
        trainer.attempt = attempt
        if distributed.rank() == 0:
            self.run.rewind(trainer.step)
        self.say(f"{found}: back to round {trainer.step}, other random numbers ({attempt} of {MOST_ROLLBACKS})")
        raise RewoundError


class Log(BaseHook):
    """Writes log.jsonl and feeds the display, every so many rounds."""

    def __init__(self, run: Run, recipe: Recipe, display: Display | Quiet, board: TensorBoard | None):
        self.run, self.recipe, self.display, self.board = run, recipe, display, board

    def start(self, trainer: Trainer) -> None:
        """Begin the display."""
        title = f"{self.recipe.system} on {self.recipe.data.name} -> {self.run.path}"
        budget = trainer.budget
        self.display.start(budget.steps, budget.minutes or budget.cpu_minutes, title)

    def round(self, trainer: Trainer) -> None:
        """Log the means since the last line."""
        if trainer.step % self.recipe.log_every:
            return
        terms = trainer.meter.means()
        trainer.meter.clear()
        if distributed.rank():
            return
        images = trainer.step * self.recipe.batch_size
        times = {"seconds": round(trainer.seconds, 3), "cpu_seconds": round(trainer.cpu_seconds, 3)}
        self.run.append(self.run.log, [{"step": trainer.step, "images": images, **times, **terms}])
        self.display.update(trainer.step, images, trainer.seconds, terms, {})
        if self.board is not None:
            self.board.terms(trainer.step, terms)

    def finish(self, trainer: Trainer) -> None:
        """End the display."""
        self.display.stop()


class Samples(BaseHook):
    """Saves a picture from the same inputs every so many rounds, beside one of reals."""

    def __init__(self, run: Run, recipe: Recipe, real: Tensor, density: Density | None, board: TensorBoard | None):
        self.run, self.recipe, self.real, self.density, self.board = run, recipe, real, density, board

    def start(self, trainer: Trainer) -> None:
        """Show the data and the untrained generator."""
        if trainer.step == 0 and distributed.rank() == 0:
            self._save(of_reals(self.real), self.run.path / "reals.png")
            self._show(trainer)

    def round(self, trainer: Trainer) -> None:
        """Show the generator."""
        if trainer.step % self.recipe.sample_every == 0 and distributed.rank() == 0:
            self._show(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Show the generator as it ended."""
        if distributed.rank() == 0:
            self._show(trainer)

    def _show(self, trainer: Trainer) -> None:
        with trainer.averaged():
            picture = snapshot(trainer.game, self.recipe.data, self.real, self.density)
        about = {"zerosum": __version__, "run": self.run.path.name, "step": trainer.step, "seed": 0}
        self._save(picture, self.run.samples / f"{trainer.step:08d}.png", about)
        if self.board is not None:
            self.board.picture(trainer.step, picture)

    def _save(self, picture: Image.Image, path: Path, about: dict[str, Any] | None = None) -> None:
        with checkpoint.writing(path.with_suffix(".part")):
            pictures.save(picture, path, metadata=about)


class Judge(BaseHook):
    """Scores the averaged generator every so many rounds, so that the best checkpoint can be kept."""

    def __init__(self, run: Run, recipe: Recipe, evaluator: Callable[[], Evaluator], display: Display | Quiet):
        self.run, self.recipe, self.evaluator, self.display = run, recipe, evaluator, display

    def round(self, trainer: Trainer) -> None:
        """Score where it is due."""
        due = self.recipe.evaluate_every and trainer.step % self.recipe.evaluate_every == 0
        if due and distributed.rank() == 0:
            with trainer.averaged():
                sampler, n = game_sampler(trainer, self.recipe), self.recipe.evaluate_samples
                scores = self.evaluator().evaluate(sampler, metrics=["fd"], n=n)
            records = [{"step": trainer.step, "quick": True, **score.to_dict()} for score in scores]
            self.run.append(self.run.metrics, records)
            values = {score.metric: score.value for score in scores}
            images = trainer.step * self.recipe.batch_size
            self.display.update(trainer.step, images, trainer.seconds, {}, values)


def game_sampler(trainer: Trainer, recipe: Recipe) -> Callable[[int, int, Tensor | None], tuple[Tensor, Tensor | None]]:
    """Return the trainer's game as the sampler that metrics take: (n, seed, labels) -> (samples outside, labels)."""

    def sampler(n: int, seed: int, labels: Tensor | None) -> tuple[Tensor, Tensor | None]:
        conditional = any(control.kind == "label" for control in trainer.game.controls)
        given = {"label": labels} if conditional and labels is not None else None
        samples, inputs = sampling.sample(trainer.game, n, seed=seed, given=given)
        return sampling.outside(samples, recipe.data), inputs.get("label")

    return sampler


class Keep(BaseHook):
    """Writes checkpoints and the generator: the two newest and the best are kept, the best one's generator is used."""

    def __init__(self, run: Run, recipe: Recipe):
        self.run, self.recipe = run, recipe

    def start(self, trainer: Trainer) -> None:
        """Keep the start, so that there is always a healthy state to go back to."""
        if trainer.step == 0:
            self._save(trainer)

    def round(self, trainer: Trainer) -> None:
        """Save where it is due, or where the score is the best so far."""
        judged = self.recipe.evaluate_every and trainer.step % self.recipe.evaluate_every == 0
        if trainer.step % self.recipe.checkpoint_every == 0 or (judged and best_step(self.run) == trainer.step):
            self._save(trainer)

    def finish(self, trainer: Trainer) -> None:
        """Save the end."""
        if trainer.step not in checkpoint.steps(self.run.checkpoints):
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        if distributed.rank():
            return
        best = best_step(self.run)
        # The generator first: a kill between the two writes then plays the rounds again and writes both.
        if best is None or best == trainer.step:
            facts = {"step": trainer.step, "images": trainer.step * self.recipe.batch_size}
            with trainer.averaged():
                save_generator(self.run.path, self.recipe, trainer.game, facts)
        checkpoint.save(self.run.checkpoints, trainer.step, trainer.state_dict())
        checkpoint.prune(self.run.checkpoints, {best} if best is not None else set())


def best_step(run: Run) -> int | None:
    """Return the round whose quick Frechet distance is the lowest so far, or None where none was scored."""
    scored = [record for record in run.records(run.metrics) if record.get("quick") and record["metric"] == "fd"]
    return min(scored, key=lambda record: record["value"])["step"] if scored else None
