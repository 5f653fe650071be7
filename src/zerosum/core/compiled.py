"""A whole turn as one compiled function: forward passes, penalties with their double backward, and the gradients.

`torch.compile` of a discriminator whose penalty is taken outside fails: what it compiles has no second derivative. So
the turn is first recorded, derivatives of derivatives included, as one graph of plain operations without autograd
(`make_fx`, as in the documentation of `torch.func.functionalize`), and that graph is compiled. Weights, buffers and the
batch are its inputs. On a CPU its random numbers are those of the eager turn, so both agree to rounding.
"""

import contextlib
import os
import shutil
import warnings
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx.experimental.proxy_tensor import make_fx

from zerosum.core.game import Batch, Game, Terms, Turn
from zerosum.core.terms import total

Program = Callable[..., tuple[Terms, list[Tensor]]]


class Compiler:
    """Records and compiles each kind of turn when it is first taken; what cannot be compiled is left to eager play.

    Args:
        game: whose turns they are; on its device, in the mode that it is trained in.
        autocast: makes the context of a forward pass.
        parts: number the loss is divided by: the shards of a turn.
        say: takes one line for each kind of turn that is not compiled.
    """

    def __init__(self, game: Game, *, autocast: Callable[[], Any], parts: int, say: Callable[[str], None]):
        self.loss, self.autocast, self.parts, self.say = _Loss(game), autocast, parts, say
        self.device = next(game.parameters()).device
        self.weights, self.buffers = dict(self.loss.named_parameters()), dict(self.loss.named_buffers())
        self.names = {parameter: name for name, parameter in self.weights.items()}
        self.programs: dict[Hashable, Program | None] = {}

    def gradients(
        self, turn: Turn, batch: Batch, parameters: Sequence[nn.Parameter]
    ) -> tuple[Terms, list[Tensor]] | None:
        """Return a turn's terms and its loss's gradients for `parameters`, or None where eager play must find them."""
        movers = [self.names[parameter] for parameter in parameters]
        kind = (turn.key, *movers, *((name, value.shape, value.dtype) for name, value in batch.items()))
        if kind not in self.programs:
            self.programs[kind] = self._made(turn, dict(batch), movers)
        program = self.programs[kind]
        if program is None:
            return None
        if self.device.type == "cuda":
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            terms, gradients = program(self.weights, self.buffers, dict(batch))
            return terms, [self._own(gradient, weight) for gradient, weight in zip(gradients, parameters, strict=True)]

    def _own(self, gradient: Tensor, weight: Tensor) -> Tensor:
        """Return a gradient with the strides of its weight: fused optimisers take them to be so, and do not check.

        On CUDA it is always copied: the next replay of the graph overwrites it.
        """
        if gradient.stride() == weight.stride() and self.device.type != "cuda":
            return gradient
        return torch.empty_like(weight).copy_(gradient)

    def _made(self, turn: Turn, batch: Batch, movers: list[str]) -> Program | None:
        what = movers[0].removeprefix("game.").partition(".")[0]
        reason = self._hindrance(turn)
        if reason is None:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # of torch, in its own compiler
                    return self._compiled(turn, batch, movers)
            except Exception as error:  # the compiler's own errors have no common class
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
        self.say(f"compile: turns of the {what} are played without, as {reason}")
        return None

    def _hindrance(self, turn: Turn) -> str | None:
        if turn.key is None:
            return "this game does not say which of its turns are alike"
        if self.device.type == "cpu" and not any(shutil.which(name) for name in cxx()):
            return "there is no C++ compiler: install g++ or clang, or name one in CXX"
        return None

    def _compiled(self, turn: Turn, batch: Batch, movers: list[str]) -> Program:
        originals = {name: buffer.clone() for name, buffer in self.buffers.items()}
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices):  # recording plays the turn: leave no trace of it
            graph = make_fx(self._recorded(turn, movers))(self.weights, self.buffers, batch)
        self._restore(originals)
        graphs = {"mode": "reduce-overhead"} if self.device.type == "cuda" else {"options": {"fallback_random": True}}
        program: Program = torch.compile(graph, dynamic=False, **graphs)
        with _repeating(), torch.random.fork_rng(devices), torch.no_grad():
            program(self.weights, self.buffers, batch)  # compiles now, so that what fails fails here
        self._restore(originals)
        return program

    def _recorded(self, turn: Turn, movers: list[str]) -> Program:
        trainable = {name: weight.requires_grad for name, weight in self.weights.items()}

        def gradients(
            weights: dict[str, Tensor], buffers: dict[str, Tensor], batch: dict[str, Tensor]
        ) -> tuple[Terms, list[Tensor]]:
            own = {name: value.detach().requires_grad_(trainable[name]) for name, value in weights.items()}
            with self.autocast():
                terms = torch.func.functional_call(self.loss, (own, buffers), (turn.loss, batch))
            loss = total(movers[0], terms) / self.parts
            derivatives = torch.autograd.grad(loss, [own[name] for name in movers])
            return {name: term.detach() for name, term in terms.items()}, list(derivatives)

        return gradients

    @torch.no_grad()
    def _restore(self, originals: dict[str, Tensor]) -> None:
        for name, buffer in self.buffers.items():
            buffer.copy_(originals[name])


@contextlib.contextmanager
def _repeating() -> Iterator[None]:
    """Let torch's compiler choose nothing by the clock inside the block, where kernels are to repeat."""
    mode = torch.get_deterministic_debug_mode()
    torch.use_deterministic_algorithms(mode > 0, warn_only=mode == 1)  # which tells the compiler too
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)
        torch.set_deterministic_debug_mode(mode)


class _Loss(nn.Module):
    """A loss as a module that holds the game, so that `functional_call` can put other tensors in its place."""

    def __init__(self, game: Game) -> None:
        super().__init__()
        self.game = game

    def forward(self, loss: Callable[[Batch], Terms], batch: Batch) -> Terms:
        return loss(batch)


def cxx() -> list[str]:
    """Return the names of C++ compilers that would do."""
    return [os.environ["CXX"]] if os.environ.get("CXX") else ["g++", "clang++", "c++", "cl"]
