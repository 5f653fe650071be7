"""What systems have in common by kind of data, before their own values: networks, batches, budgets. Free of torch."""

from zerosum.recipe.tree import Tree, players

# Perceptrons for points and tiny images, and the pair shaped for CPUs for the rest. Small layers gain nothing from a
# second thread, and lose a hundredfold to waiting where the cores are shared.
POINTS: Tree = {
    "minutes": 1,
    "threads": 1,
    "batch_size": 128,
    "game": {"latent": 2},
    "schedule": "linear",
    "final_lr": 0.05,
    "players": players({"network": "mlp", "width": 128, "depth": 3}),
}

DEFAULTS: dict[str, Tree] = {
    "line": POINTS | {"game": {"latent": 1}},
    "points": POINTS,
    "table": {
        "minutes": 2,
        "threads": 1,
        "batch_size": 500,
        "schedule": "linear",
        "final_lr": 0.05,
        "decay_from": 0.5,
        "game": {"latent": 128},
        "players": players({"network": "mlp", "width": 256, "depth": 2}),
    },
    "tiny": {
        "minutes": 1,
        "threads": 1,
        "batch_size": 64,
        "schedule": "linear",
        "final_lr": 0.05,
        "decay_from": 0.2,
        "game": {"latent": 32},
        "players": players({"network": "mlp", "width": 256, "depth": 2}),
    },
    "image": {"minutes": 10, "batch_size": 64, "game": {"latent": 128}, "players": players({"network": "small"})},
}

TABLES: dict[str, Tree] = {"table": DEFAULTS["table"] | {"minutes": 10}}
"""Of systems that are of tables alone, and have the two players of others."""
LIKELIHOODS: dict[str, Tree] = {
    "table": {name: value for name, value in DEFAULTS["table"].items() if name not in ("game", "players")},
}
"""Of those that maximise a likelihood."""

# Translators are convolutional, and do on a CPU with the paper's network at half its width and pixels folded by two.
TRANSLATOR: Tree = {"network": "residual", "width": 64, "blocks": 6, "levels": 1, "fold": 2, "padding": "zeros"}
TRANSLATIONS: dict[str, Tree] = {
    kind: {
        "schedule": "linear",
        "final_lr": 0.05,
        "decay_from": 0.5,
        "minutes": 10,
        "batch_size": 8,
        "players": players(generator=TRANSLATOR, discriminator={"network": "patch", "depth": 2}),
    }
    for kind in ("tiny", "image", "restored")
}
TRANSLATIONS["tiny"] = {
    **TRANSLATIONS["tiny"],
    "minutes": 2,
    "threads": 1,
    "players": players(
        generator=TRANSLATOR | {"width": 32, "blocks": 3, "fold": 1},
        discriminator={"network": "patch", "width": 32, "depth": 1},
    ),
}

# What writes sentences; a game against it names its discriminator itself.
WRITING: dict[str, Tree] = {
    "text": {
        "minutes": 5,
        "batch_size": 64,
        "schedule": "linear",
        "final_lr": 0.05,
        "players": {"generator": {"network": "lstm"}},
    },
}
