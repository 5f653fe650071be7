"""One player's gradients, summed over the processes in flat messages that leave while the backward pass still runs."""

from collections.abc import Iterator, Sequence

import torch
import torch.distributed as dist
from torch import Tensor, nn

from zerosum.group import distributed

BUCKET = 25 * 2**20
"""Bytes of a message, as in DistributedDataParallel (Li et al. 2020, arXiv:2006.15704, section 3.2.3)."""


class Reducer:
    """Sums the gradients of `parameters` over all processes.

    The last layers' gradients are there first, so the parameters are divided into buckets from the last to the first. A
    bucket is one flat message, which leaves as soon as its last gradient has come. The order of messages is that of
    the buckets, in every process. A player that fits one bucket takes one message a turn. Gradients become views of the
    message: they are not copied back. With one process nothing happens.

    Args:
        parameters: trainable, float32, on one device.
        bucket: bytes above which a message is divided.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], *, bucket: int = BUCKET):
        self.buckets = divided(parameters, bucket) if distributed.world() > 1 else []
        self.place = {parameter: number for number, part in enumerate(self.buckets) for parameter in part}
        # Kept from turn to turn: fresh memory for each message costs more than the copy.
        self.flats = [torch.empty(sum(p.numel() for p in part), device=part[0].device) for part in self.buckets]
        self.views = [list(views(flat, part)) for flat, part in zip(self.flats, self.buckets, strict=True)]
        self.works: list[dist.Work] = []
        self.missing: list[int] = []
        for parameter in self.place if len(self.buckets) > 1 else ():
            parameter.register_post_accumulate_grad_hook(self._came)  # type: ignore[no-untyped-call]

    def listen(self) -> None:
        """Let messages leave during the backward pass that follows: the turn's last one."""
        self.missing = [len(part) for part in self.buckets]

    def finish(self) -> None:
        """Send what is left, wait, and put the sums in the place of the gradients."""
        while len(self.works) < len(self.buckets):
            self._send()
        for part, summed, work in zip(self.buckets, self.views, self.works, strict=True):
            distributed.finished(work)
            for parameter, view in zip(part, summed, strict=True):
                place(parameter, view)
        self.works, self.missing = [], []

    def _came(self, parameter: Tensor) -> None:
        if not self.missing:
            return
        self.missing[self.place[parameter]] -= 1  # type: ignore[index]
        while len(self.works) < len(self.buckets) and self.missing[len(self.works)] == 0:
            self._send()

    def _send(self) -> None:
        number = len(self.works)
        # Straight into the message, whatever the strides: those of convolutions' gradients are the library's choice.
        torch._foreach_copy_(self.views[number], [p.grad for p in self.buckets[number] if p.grad is not None])
        self.works.append(distributed.started(self.flats[number]))


def views(flat: Tensor, parameters: Sequence[nn.Parameter]) -> Iterator[Tensor]:
    """Yield the part of a flat tensor that is each parameter's, in its shape."""
    for parameter, part in zip(parameters, torch.split(flat, [p.numel() for p in parameters]), strict=True):
        yield part.view_as(parameter)


def divided(parameters: Sequence[nn.Parameter], bucket: int) -> list[list[nn.Parameter]]:
    """Divide parameters, the last first, into runs of at most `bucket` bytes; a larger one stands alone."""
    parts: list[list[nn.Parameter]] = []
    room = 0
    for parameter in reversed(parameters):
        if not parts or parameter.nbytes > room:
            parts.append([])
            room = bucket
        parts[-1].append(parameter)
        room -= parameter.nbytes
    return parts


def place(parameter: nn.Parameter, gradient: Tensor) -> None:
    """Make `gradient` the parameter's; where strides differ (channels last) its values are copied."""
    if parameter.is_contiguous() or parameter.grad is None:
        parameter.grad = gradient
    else:
        parameter.grad.copy_(gradient)
