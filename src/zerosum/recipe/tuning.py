"""The tuned defaults: rates, batches, averages and networks that suit minutes on a laptop, by kind of data and system.

A named system is its paper's rule. Its paper's clock, rates for days on the GPUs of its year, is what `--as-published`
plays by. What stands here was chosen by `benchmarks/defaults.py`, whose results hold every trial; the page of each
system says what differs. Literal and free of torch.
"""

from dataclasses import dataclass, field

from zerosum.recipe.tree import Tree


@dataclass(frozen=True)
class Tuning:
    """What is put over a system's published values for one kind of data.

    Args:
        run: entries of the recipe.
        player: entries that each player gets, before those of its own in `run`.
    """

    run: Tree = field(default_factory=dict)
    player: Tree = field(default_factory=dict)


def each(player: Tree, run: Tree | None = None) -> Tuning:
    """Return the tuning that gives each player some entries."""
    return Tuning(run or {}, player)


def penalised(every: int = 1, **gammas: float) -> Tree:
    """Return a game's penalties, R1 and R2, of these weights, applied every so many rounds."""
    lazily = {} if every == 1 else {"every": every}
    return {"game": {"penalties": {name: {"gamma": gamma, **lazily} for name, gamma in gammas.items()}}}


def dropped(share: float) -> Tree:
    """Return the players of a game whose D drops this share of its hidden units."""
    return {"players": {"discriminator": {"dropout": share}}}


def weighted(name: str, weight: float) -> Tree:
    """Return a game's one gradient penalty of this weight."""
    return {"game": {"penalties": {name: {"gp_weight": weight}}}}


# On points a fast rate that falls to 5 % does in thousands of rounds what the papers' rates do in a hundred thousand.
# The same holds of perceptrons on tiny images: 2e-3 beat 5e-4 and 5e-3 for every loss tried on digits.
FAST: Tree = {"lr": 3e-3}
BRISK: Tree = {"lr": 2e-3}
# Without momentum: with Adam's beta1 of 0.5 the games that have no penalty fall onto one digit at such rates.
CALM: Tree = BRISK | {"optimizer": "adam", "betas": [0.0, 0.9]}
PERCEPTRON: Tree = {"network": "mlp", "width": 256, "depth": 2}
CONVOLUTIONS: Tree = {"network": "small", "width": 32}
# What the D of 2014 has helps all games without a penalty: half of its hidden units are dropped. Without it they fall
# onto one to eight of the ten digits; R1 of 0.01 to 0.02, the other cure tried, left them at five times the distance.
HALVED = each({}, dropped(0.5))
# Their papers normalise D's batches; on larger images what is without a penalty lags far behind where it does not.
NORMALISED = each({}, {"players": {"discriminator": {"batch_norm": True}}})
AHEAD: Tree = {"unrolled": 2, "unroll_lr": 0.001}
COARSE: Tree = {"generator": PERCEPTRON, "discriminator": PERCEPTRON | {"dropout": 0.5}}
MINUTES: Tree = {"batch_size": 32, "schedule": "linear", "final_lr": 0.05}
"""What suits minutes of larger images: small batches, and rates that fall."""

# Frozen features make every round count: small batches, and a fast rate, play most of them. Wider generators than this
# take longer than D.
PHOTOS = each(
    {"lr": 1e-3},
    {"batch_size": 8, "schedule": "linear", "final_lr": 0.05, "decay_from": 0.5}
    | {"players": {"generator": {"width": 32}}, "game": {"latent": 128}},
)

COMMON: dict[str, Tuning] = {
    "table": each({"lr": 1e-3, "optimizer": "adam", "betas": [0.0, 0.9]}),
    "tiny": each(PERCEPTRON | CALM, {"batch_size": 64, "game": {"latent": 32}}),
    "image": each(CONVOLUTIONS | CALM, MINUTES | {"game": {"latent": 128}}),
}
"""What all systems that make images of their own have in common, by kind of data."""

# As in the recipes that were found for pairs, faces and holes: networks of half the width at several times the rate.
CRITIC: Tree = {"network": "patch", "width": 32, "depth": 2, "norm": "none", "spectral_norm": True, "lr": 5e-4}
MAPPING: Tree = {"width": 32, "blocks": 4, "lr": 1e-3}
TRANSLATING: dict[str, Tuning] = {
    "image": each(
        {"optimizer": "adam", "betas": [0.5, 0.999]},
        {"batch_size": 4, "players": {"generator": MAPPING, "discriminator": {"width": 32, "depth": None, "lr": 4e-4}}},
    ),
}
"""What all systems that translate have in common."""

WORDY: Tree = {"embedding": 128, "hidden": 256, "lr": 2e-3}
"""Who writes, in minutes on a laptop."""
KERNELS: Tree = {"kernels": [1, 2, 3, 4, 5], "filters": [64, 64, 64, 64, 64], "lr": 1e-3}
"""Who reads whole sentences: the paper's longer kernels cost much more."""

OWN: dict[str, dict[str, Tuning]] = {
    "mle": {"text": each(WORDY)},
    # A share of the paper's roll-outs, on more sentences in the same time; at the rate of likelihood the noise of the
    # policy gradient undoes what likelihood has learned.
    "seqgan": {
        "text": each(
            {},
            {
                "game": {"likelihood_rounds": 1000, "discriminator_rounds": 200, "n_critic": 2}
                | {"rollouts": 4, "every": 4, "baseline": "batch", "contest_rate": 0.1},
                "players": {"generator": WORDY, "discriminator": KERNELS},
            },
        )
    },
    "scratchgan": {
        "text": each(
            {},
            {
                "batch_size": 256,
                "players": {
                    "generator": {"embedding": 128, "hidden": 256, "depth": 1, "lr": 1e-3},
                    "discriminator": {"embedding": 64, "hidden": 128, "lr": 2e-3},
                },
            },
        )
    },
    "gumbel": {
        "text": each(
            {},
            {
                "game": {"likelihood_rounds": 1000, "contest_rate": 0.1, "final_softness": 0.1},
                "players": {"generator": WORDY, "discriminator": KERNELS},
            },
        )
    },
    # The paper's rate of 0.1 is for its maxout pair; leaky perceptrons diverge with it on points.
    "gan": {
        "points": each({"lr": 0.02, "width": 64, "depth": 2}, {"batch_size": 256, "final_lr": 0.2}),
        "tiny": each(
            {"activation": "leaky_relu"}, dropped(0.5) | {"schedule": "linear", "final_lr": 0.05, "decay_from": 0.2}
        ),
        # The weakest cure that held: at other rates, or with batch norm in D, it falls onto one digit or lags behind.
        "image": each({}, penalised(4, r1=0.1)),
    },
    "dcgan": {"points": each(FAST), "tiny": HALVED},
    "cgan": {"points": each(FAST)},
    "lsgan": {"points": each(FAST), "tiny": HALVED, "image": NORMALISED},
    "wgan": {
        "points": each({"lr": 5e-4}, {"batch_size": 128, "game": {"clip": 0.1}}),
        "tiny": each({"optimizer": "rmsprop", "lr": 1e-3}, {"game": {"clip": 0.1, "n_critic": 2}}),
        # Without normalisation a deep critic of clipped weights says the same of everything, as the paper's own has it.
        # In trials a wide box, a turn each and Adam without momentum were much quicker than RMSProp.
        "image": each(
            {"lr": 1e-3},
            {
                "game": {"clip": 0.1, "n_critic": 1},
                "players": {"discriminator": {"batch_norm": True}},
            },
        ),
    },
    # The authors' own weight on toys.
    "wgan-gp": {"points": each(FAST, weighted("one_centered", 0.1))},
    "dragan": {"points": each(FAST, weighted("local", 0.1))},
    # Modes are narrow: a gradient of 1 / sigma must be cheap.
    # On larger images penalties are lazy: as good at equal time (benchmarks/results/penalties-quality.json).
    "r1gan": {
        "points": each(FAST, penalised(r1=0.01)),
        "tiny": each({}, penalised(r1=0.05)),
        "image": each({}, penalised(16, r1=1.0)),
    },
    # With one turn of D, or at the usual 2e-3, it falls onto few digits of MNIST. The five of the paper are slow.
    "sngan": {"points": each(FAST), "image": each({"lr": 1e-3}, {"game": {"n_critic": 3}})},
    "r3gan": {
        "points": each(FAST, penalised(r1=0.02, r2=0.02)),
        "tiny": each({}, penalised(r1=0.05, r2=0.05)),
        "image": each({}, penalised(16, r1=1.0, r2=1.0)),
    },
    "projected": {
        "tiny": PHOTOS,
        "image": PHOTOS,
    },
    "acgan": {"points": each(FAST)},
    # Of a pack there is one judgement, so batches are twice as large; and packs are cure enough: no units are dropped.
    "pacgan": {"points": each(FAST), "tiny": each({}, {"batch_size": 128})},
    "infogan": {"points": each(FAST), "tiny": HALVED},
    # The coarsest level is soon as near as it gets: it plays four rounds to one of the finest.
    "lapgan": {
        "points": each(FAST, {"game": {"octaves": 1}}),
        "tiny": each({}, {"game": {"octaves": 2}}),
        # The coarsest images are tiny, and perceptrons make them at any size, as in the paper.
        "image": each({}, {"game": {"latent": 64, "slower": 2}, "players": COARSE}),
    },
    "bigan": {
        "points": each(FAST, {"players": {"encoder": {"width": 128, "depth": 3}}}),
        "tiny": HALVED,
        "image": NORMALISED,
    },
    "pix2pix": {
        "image": each(
            {},
            {
                "batch_size": 8,
                "players": {
                    "generator": {"network": "unet", "width": 32, "depth": 4, "lr": 5e-4},
                    "discriminator": CRITIC,
                },
            },
        ),
        # The network says what is to be added to its source. The game sharpens only so far that the pixels stay nearer
        # than bicubic interpolation has them, on photos of other sources too (benchmarks/typed_translations.py).
        "restored": each(
            {},
            {
                "batch_size": 16,
                "warmup": 100,
                "game": {"adversarial_weight": 0.2},
                "players": {
                    "generator": {"width": 32, "blocks": 4, "levels": 0, "fold": 2, "norm": "none", "skip": True},
                    "discriminator": CRITIC,
                },
            },
        ),
    },
    "inpainting": {
        "image": each(
            {},
            {
                "batch_size": 16,
                "warmup": 100,
                "clip_gradient": 50,
                "game": {"l2_weight": 200.0},
                "players": {
                    "generator": {"width": 48, "blocks": 5, "levels": 0, "norm": "none", "lr": 5e-4},
                    "discriminator": CRITIC | {"lr": 4e-4},
                },
            },
        ),
    },
    # Steps of 0.1 throw a D of convolutions far away; two short ones leave time for twice the rounds of five.
    "unrolled": {
        "points": each(FAST, {"game": {"unroll_lr": 0.001}}),
        "tiny": each({}, dropped(0.5) | {"game": AHEAD}),
        "image": each({}, {"game": AHEAD | penalised(4, r1=0.1)["game"]}),
    },
}
"""What a system has of its own beside that."""
