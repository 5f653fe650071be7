"""The names of the losses, for recipes. Nothing is imported until one is asked for."""

LOSSES: dict[str, str] = {
    "minimax": "zerosum.losses.minimax",
    "non_saturating": "zerosum.losses.non_saturating",
    "least_squares": "zerosum.losses.least_squares",
    "hinge": "zerosum.losses.hinge",
    "wasserstein": "zerosum.losses.wasserstein",
    "relativistic": "zerosum.losses.relativistic",
}

LINES: dict[str, str] = {
    "minimax": "the 2014 objective as it stands: the generator's gradient fades where the discriminator is sure",
    "non_saturating": "the 2014 paper's own cure: the generator maximises log D(G(z))",
    "least_squares": "squared distances of the logits to 0 and 1",
    "hinge": "margins of 1 on both sides",
    "wasserstein": "difference of means; the discriminator must be kept smooth",
    "relativistic": "each real against the fake of the same place in the batch",
}
"""What each loss is, in one line."""
