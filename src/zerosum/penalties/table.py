"""The names of the penalties, for recipes. Nothing is imported until one is asked for."""

PENALTIES: dict[str, str] = {
    "r1": "zerosum.penalties.r1:R1",
    "r2": "zerosum.penalties.r2:R2",
    "one_centered": "zerosum.penalties.one_centered:OneCentered",
    "local": "zerosum.penalties.local:Local",
    "fd_r1": "zerosum.penalties.finite_difference:FiniteDifferenceR1",
    "fd_r2": "zerosum.penalties.finite_difference:FiniteDifferenceR2",
}

LINES: dict[str, str] = {
    "r1": "squared gradient of D at reals, to 0",
    "r2": "squared gradient of D at fakes, to 0",
    "one_centered": "norm of the gradient between reals and fakes, to 1 (WGAN-GP)",
    "local": "norm of the gradient near reals, to 1 (DRAGAN)",
    "fd_r1": "r1 by finite differences, without second derivatives",
    "fd_r2": "r2 by finite differences, without second derivatives",
}
"""What each penalty is, in one line."""
