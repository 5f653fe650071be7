"""One line for each loss and penalty: free of torch, so that listing is instant. A test holds it to the real tables."""

LOSSES: dict[str, str] = {
    "minimax": "the 2014 objective as it stands: the generator's gradient fades where the discriminator is sure",
    "non_saturating": "the 2014 paper's own cure: the generator maximises log D(G(z))",
    "least_squares": "squared distances of the logits to 0 and 1",
    "hinge": "margins of 1 on both sides",
    "wasserstein": "difference of means; the discriminator must be kept smooth",
    "relativistic": "each real against the fake of the same place in the batch",
}

PENALTIES: dict[str, str] = {
    "r1": "squared gradient of D at reals, to 0",
    "r2": "squared gradient of D at fakes, to 0",
    "one_centered": "norm of the gradient between reals and fakes, to 1 (WGAN-GP)",
    "local": "norm of the gradient near reals, to 1 (DRAGAN)",
    "fd_r1": "r1 by finite differences, without second derivatives",
    "fd_r2": "r2 by finite differences, without second derivatives",
}
