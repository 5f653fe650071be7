"""Controls: what steers a generator, each with a name and a form."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.core.form import Device, Form
from zerosum.errors import UserError


@dataclass(frozen=True)
class Control:
    """One thing that steers a generator: what samplers, sliders, schemas and exports are made from.

    Args:
        name: the key of the input, such as "latent" or "label".
        form: what an input is: `Latent`, `Label`, `Code`, `Category` or `Given` of `core.forms`.
    """

    name: str
    form: Form

    def draw(self, n: int, generator: torch.Generator | None = None, device: Device = "cpu") -> Tensor:
        """Draw `n` inputs: latents from the prior, all others uniformly.

        Raises:
            UserError: it is an image, which has no prior.
        """
        try:
            return self.form.draw(n, generator, device)
        except UserError as error:
            raise UserError(f"'{self.name}' {error}") from error

    def check(self, values: Tensor) -> None:
        """Raise UserError unless `values` are inputs, [N, ...]: as the form says, and finite."""
        if wrong := self.form.wrong(values):
            raise UserError(f"inputs of '{self.name}' are {wrong}")


def control_of(controls: Sequence[Control], name: str) -> Control:
    """Return the control of this name.

    Raises:
        UserError: there is none; those that exist are named.
    """
    for control in controls:
        if control.name == name:
            return control
    raise UserError(f"no control '{name}': there are {described(controls)}")


def controls_of(controls: Sequence[Control], form: type[Form]) -> tuple[Control, ...]:
    """Return the controls of a form, such as `Label`: () where there are none."""
    return tuple(control for control in controls if isinstance(control.form, form))


def described(controls: Sequence[Control]) -> str:
    """Return the controls and what each takes, for a message."""
    return ", ".join(f"{control.name} ({control.form.takes()})" for control in controls)
