"""What the named terms of a loss come to."""

from functools import reduce

import torch
from torch import Tensor

from zerosum.core.game import Terms
from zerosum.errors import ZerosumError


def total(name: str, terms: Terms) -> Tensor:
    """Return the sum of the terms that have a gradient, in float32.

    Raises:
        ZerosumError: none has one; `name` is the player's.
    """
    parts = [term.float() for term in terms.values() if term.requires_grad]
    if not parts:
        raise ZerosumError(f"no term of player '{name}' has a gradient: its loss does not depend on it")
    return reduce(torch.add, parts)
