"""The one trainer. It knows players and turns; it knows no system."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from zerosum.core.average import Average
from zerosum.core.device import repeatable
from zerosum.core.game import Batch, Game, Terms, Turn
from zerosum.core.meter import Meter
from zerosum.core.schedule import Budget, Schedule
from zerosum.core.seeds import derived_seed, seed_generators
from zerosum.core.terms import total
from zerosum.errors import ZerosumError
from zerosum.group import distributed
from zerosum.group.reducer import Reducer

Precision = Literal["fp32", "bf16", "fp16"]
MakeOptimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Batches(Protocol):
    """An endless stream of batches as a pure function of their number."""

    def at(self, position: int) -> Batch:
        """Return batch number `position`, on the device."""
        ...


class Hook(Protocol):
    """What happens besides playing: each is called once before the first round, after every round, and at the end."""

    def start(self, trainer: "Trainer") -> None: ...  # noqa: D102
    def round(self, trainer: "Trainer") -> None: ...  # noqa: D102
    def finish(self, trainer: "Trainer") -> None: ...  # noqa: D102


class TurnCompiler(Protocol):
    """What finds gradients in the place of an eager backward pass; see `compiled.Compiler`."""

    def gradients(
        self, turn: Turn, batch: Batch, parameters: Sequence[nn.Parameter]
    ) -> tuple[Terms, list[Tensor]] | None:
        """Return the terms and the gradients, or None where the turn is to be played eagerly."""
        ...


MakeCompiler = Callable[[Game, Callable[[], Any], int], TurnCompiler]


class RewoundError(Exception):
    """A hook put the trainer back to an earlier round; the hooks after it have nothing to do with this one."""


class Trainer:
    """Plays rounds of `game`.

    A run is a function of (seed, step, turn, shard): the random state is derived from them before every round and,
    where there are several shards, before every micro-batch. A shard is one micro-batch of one process, so two
    processes repeat one process that accumulates two micro-batches.

    Args:
        game: the game; it decides who moves and what that player minimises.
        shards: a stream of batches for each micro-batch of this process; a turn's gradient is the mean over them.
        optimizers: a factory `parameters -> optimiser` for each player, by its attribute path in the game.
        precision: "fp32", "bf16" (autocast) or "fp16" (autocast and a gradient scaler).
        clip_gradient: largest norm of a player's gradient, or None.
        ema: decay a round of the moving average of `game.averaged()`; 0 keeps none.
        ema_ramp: see `average.decay_at`.
        schedule: factor on all learning rates.
        seed: repeats the run.
        norms_every: rounds between those in which the norms of gradients are noted, 0 for none; see `gradient_norms`.
        hooks: called in order after every round.
        fast: take the fastest kernels. Without it those that repeat bit for bit, see `device.repeatable`; on CUDA
            that costs a few per cent, and an operator that has none is an error.
        compiler: makes a turn's gradients with compiled functions, from the game, the context of a forward pass and the
            number of shards; None plays eagerly. fp16 does not go with it: its scale changes as the game is played.

    Attributes:
        gradient_norms: of each player that moved in the last round, the Euclidean norm of its gradient in its last
            turn: over all processes, before clipping, in the scale of the loss. Empty in rounds in which it is not due.
    """

    def __init__(
        self,
        game: Game,
        shards: Sequence[Batches],
        *,
        optimizers: Mapping[str, MakeOptimizer],
        precision: Precision = "fp32",
        clip_gradient: float | None = None,
        ema: float = 0.999,
        ema_ramp: float = 0.05,
        schedule: Schedule | None = None,
        seed: int = 0,
        norms_every: int = 0,
        hooks: Sequence[Hook] = (),
        fast: bool = False,
        compiler: MakeCompiler | None = None,
    ):
        self.game, self.shards, self.seed, self.hooks = game, shards, seed, hooks
        self.device = next(game.parameters()).device
        self.autocast, self.clip_gradient = autocast(self.device, precision), clip_gradient
        self.fast = fast
        self.names = {module: name for name, module in game.named_modules()}
        self.factories, self.optimizers = optimizers, dict[str, torch.optim.Optimizer]()
        self.parameters, self.reducers = dict[str, list[nn.Parameter]](), dict[str, Reducer]()
        shards_in_all = len(shards) * distributed.world()
        self.several = shards_in_all if shards_in_all > 1 else 0
        self.compiler = compiler(game, self.autocast, shards_in_all) if compiler is not None else None
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=precision == "fp16")
        self.ema = Average(game.averaged(), decay=ema, ramp=ema_ramp) if ema > 0 else None
        self.schedule, self.meter = schedule or Schedule(), Meter()
        self.norms_every, self.gradient_norms = norms_every, dict[str, Tensor]()
        self.step = self.position = self.attempt = 0
        self.seconds = self.cpu_seconds = 0.0
        self.budget = Budget()
        self.stopped: str | None = None

    @property
    def progress(self) -> float:
        """How far the run is, 0 to 1 and beyond."""
        return self.budget.spent(self.step, self.seconds, self.cpu_seconds)

    @property
    def ending(self) -> bool:
        """Whether the last round was played, as far as this process knows."""
        return self.progress >= 1.0 or self.stopped is not None

    def fit(self, steps: int | None = None, minutes: float | None = None, cpu_minutes: float | None = None) -> str:
        """Play until a budget is spent or a hook stops, and return the reason.

        Args:
            steps: rounds in all.
            minutes: of training in all, without scoring and saving.
            cpu_minutes: the same in CPU time, which compares better between shared machines.

        Raises:
            UserError: an operator of the game does not repeat on this device, and `fast` was not asked for.
        """
        self.budget, self.stopped = Budget(steps, minutes, cpu_minutes), None
        with self.kernels():
            return self._fit()

    def kernels(self) -> contextlib.AbstractContextManager[None]:
        """Return the context in which rounds are played: with kernels that repeat, unless `fast` was asked for."""
        return contextlib.nullcontext() if self.fast else repeatable(self.device, strict=True)

    def _fit(self) -> str:
        for hook in self.hooks:
            hook.start(self)
        while not self._finished():
            self._timed_round()
            with contextlib.suppress(RewoundError):
                for hook in self.hooks:
                    hook.round(self)
        return self.stopped or "done"

    def play(self) -> None:
        """Play one round: every turn that the game yields, then the moving average."""
        self._seed(turn=0, micro=0)
        distributed.at_round(self.step)
        self.gradient_norms = {}
        factor = self.schedule.factor(self.step, self.progress)
        for number, turn in enumerate(self.game.turns(self.step)):
            self.take(turn, number, factor)
        if distributed.world() > 1:
            distributed.average([buffer for buffer in self.game.buffers() if buffer.is_floating_point()])
        self.step += 1
        if self.ema is not None:
            self.ema.update(self.step)

    def take(self, turn: Turn, number: int = 0, factor: float = 1.0) -> None:
        """Take turn `number` of the round: one optimiser step for one player, on the next batch."""
        name = self.names[turn.player]
        optimizer, parameters, reducer = self.optimizer(name), self.parameters[name], self.reducers[name]
        for micro, shard in enumerate(self.shards):
            if self.several:  # one shard alone goes on with the numbers of its round
                self._seed(number, micro)
            if micro == len(self.shards) - 1:
                reducer.listen()
            self.meter.add(name, self._backward(name, turn, shard.at(self.position), parameters))
        self.position += 1
        check(name, parameters)
        reducer.finish()
        self._move(name, optimizer, parameters, factor)

    def _backward(self, name: str, turn: Turn, batch: Batch, parameters: list[nn.Parameter]) -> Terms:
        """Add a micro-batch's gradients to those of the parameters, and return its terms."""
        program_result = self.compiler.gradients(turn, batch, parameters) if self.compiler is not None else None
        if program_result is not None:
            terms, gradients = program_result
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
            return terms
        with self.autocast():
            terms = turn.loss(batch)
        loss = self.scaler.scale(total(name, terms))
        torch.autograd.backward(loss / self.several if self.several else loss, inputs=parameters)
        return terms

    def _move(self, name: str, optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter], factor: float) -> None:
        if self.norms_every and (self.step + 1) % self.norms_every == 0:
            norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
            self.gradient_norms[name] = norm / self.scaler.get_scale()
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * factor
        if self.clip_gradient is not None:
            self.scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(parameters, self.clip_gradient)
        self.scaler.step(optimizer)
        self.scaler.update()
        optimizer.zero_grad(set_to_none=True)

    def optimizer(self, name: str) -> torch.optim.Optimizer:
        """Return the optimiser of the player with this attribute path, made when it first moves.

        What it moves are the parameters that are trainable then.
        """
        if name not in self.optimizers:
            player = self.game.get_submodule(name)
            optimizer = self.factories[name](parameter for parameter in player.parameters() if parameter.requires_grad)
            for group in optimizer.param_groups:
                group["initial_lr"] = group["lr"]
            self.optimizers[name] = optimizer
            self.parameters[name] = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            self.reducers[name] = Reducer(self.parameters[name])
        return self.optimizers[name]

    def averaged(self) -> contextlib.AbstractContextManager[None]:
        """Let the game sample with its averaged weights inside the block."""
        return self.ema.swapped() if self.ema is not None else contextlib.nullcontext()

    def state_dict(self) -> dict[str, Any]:
        """Return all that the next round depends on, as a tree of tensors and plain values."""
        return {
            "step": self.step,
            "position": self.position,
            "attempt": self.attempt,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "game": self.game.state_dict(),
            "averages": self.ema.state_dict() if self.ema is not None else None,
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()},
            "scaler": self.scaler.state_dict(),
            "meter": self.meter.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from what `state_dict` returned: the next round is the one that would have followed."""
        self.step, self.position, self.attempt = state["step"], state["position"], state["attempt"]
        self.seconds, self.cpu_seconds = state["seconds"], state["cpu_seconds"]
        self.game.load_state_dict(state["game"])
        if self.ema is not None:
            self.ema.load_state_dict(state["averages"])
        self.optimizers.clear()
        for name, saved in state["optimizers"].items():
            self.optimizer(name).load_state_dict(saved)
        self.scaler.load_state_dict(state["scaler"])
        self.meter.load_state_dict(state["meter"])

    def _finished(self) -> bool:
        """Whether the end is reached and all hooks have finished; one of them may rewind the run instead."""
        while self._over():
            self.stopped = distributed.first_said(self.stopped, self.device)  # before hooks ask why it ends
            with contextlib.suppress(RewoundError):
                for hook in self.hooks:
                    hook.finish(self)
                return True
        return False

    def _over(self) -> bool:
        # Time and signals differ between processes; they must leave the loop in the same round.
        return bool(distributed.largest(int(self.ending), self.device))

    def _timed_round(self) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self.play()
        self.seconds += time.perf_counter() - wall
        self.cpu_seconds += time.process_time() - cpu

    def _seed(self, turn: int, micro: int) -> None:
        shard = distributed.rank() * len(self.shards) + micro
        seed_generators(derived_seed(self.seed, self.attempt, self.step, turn, shard), self.device)


def autocast(device: torch.device, precision: Precision) -> Callable[[], contextlib.AbstractContextManager[Any]]:
    """Return what makes the context of a forward pass."""
    if precision == "fp32":
        return contextlib.nullcontext  # an autocast that is switched off costs as much as one that is on
    return partial(torch.autocast, device.type, DTYPES[precision])


def check(name: str, parameters: Sequence[nn.Parameter]) -> None:
    """Raise ZerosumError where a parameter got no gradient: the loss does not reach its player."""
    missing = sum(parameter.grad is None for parameter in parameters)
    if missing:
        raise ZerosumError(f"{missing} parameters of player '{name}' got no gradient: its loss does not depend on them")
