"""All that happens beside playing: the hooks of a training, made for its plan."""

import contextlib
import functools

import torch

from zerosum.core.trainer import Hook, Trainer
from zerosum.errors import UserError
from zerosum.hooks import Finite, Guard, Judge, Keep, Log, Samples, Signals, Stop, Until, Visit, Watch
from zerosum.judge.signals import Probe, probe_of
from zerosum.metrics.evaluate import Evaluator
from zerosum.metrics.sampler import Sampler
from zerosum.progress.display import Display, Quiet
from zerosum.progress.tensorboard import TensorBoard
from zerosum.recipe.build import build_game, build_trainer
from zerosum.recipe.schema import Recipe
from zerosum.runs.run import Run
from zerosum.sampling.in_group import Draw
from zerosum.tasks.table import task_of
from zerosum.training.plan import Plan


def make_hooks(
    plan: Plan,
    run: Run,
    device: torch.device,
    display: Display | Quiet,
    stop: Stop,
    board: TensorBoard | None,
    *,
    guard: bool = False,
    until: bool = False,
    visited: bool = False,
) -> list[Hook]:
    """Return all that happens after a round, in order: a broken round is never logged, judged or kept.

    Without `visited` no doctor looks at samples, neither on the way nor at the end.
    """
    recipe, task = plan.recipe, task_of(plan.game)

    @functools.cache
    def evaluator() -> Evaluator:
        display.message("preparing to score: the features of real data are computed once and kept")
        return Evaluator(task.judged_by(plan.dataset), task.judged_by(plan.test()), device=device)

    def sampler(trainer: Trainer, draw: Draw) -> Sampler:
        return task.sampler(trainer.game, recipe, plan.test, draw=draw)

    def weights(other: Recipe) -> dict[str, torch.Tensor]:
        return build_trainer(other, build_game(other), plan.dataset, device, ()).game.state_dict()

    log = Log(run, recipe, Signals(recipe.signals_every, lambda: probe(plan, device)), display, board)
    guardian = Guard(run, recipe, weights, display.message) if guard else None
    watch = Watch(recipe, log, display.message, guardian)
    visit = Visit(run, recipe, plan.dataset, plan.test, display.message)
    return [
        Finite(run, due_rounds(recipe), display.message, watch.not_finite, *([visit.given_up] if visited else [])),
        log,
        watch,
        Samples(run, recipe, task.pictures(recipe, plan.dataset, plan.test), board),
        Judge(run, recipe, evaluator, display, sampler),
        *([Until(run, recipe, display.message)] if until else []),
        Keep(run, recipe, (lambda: guardian.protected) if guardian is not None else set),
        *([visit] if visited else []),
        stop,
    ]


def probe(plan: Plan, device: torch.device) -> Probe:
    """Return what signals are measured on; data without a test split have none of held-out samples."""
    test = None
    with contextlib.suppress(UserError):
        test = plan.test()
    return probe_of(plan.dataset, test, device)


def due_rounds(recipe: Recipe) -> tuple[int, ...]:
    """Return how often each hook uses the terms or the weights."""
    return (recipe.log_every, recipe.signals_every, recipe.sample_every, recipe.evaluate_every, recipe.checkpoint_every)
