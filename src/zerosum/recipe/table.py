"""The table of named systems: each entry is its paper's values over the defaults for the kind of data.

Literal and free of torch, so that listing it costs nothing. `layers` puts it between the defaults and the tuning.
"""

import inspect
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from zerosum.core.registry import Registry
from zerosum.recipe.defaults import DEFAULTS, LIKELIHOODS, TABLES, TRANSLATIONS, WRITING
from zerosum.recipe.tree import Tree, adam, players, pyramid
from zerosum.recipe.tuning import COMMON, TRANSLATING, Tuning

if TYPE_CHECKING:
    from zerosum.core.game import Game

TWO_PLAYER = "zerosum.systems.two_player:TwoPlayer"
BIGAN = "zerosum.systems.bigan:BiGAN"
UNROLLED = "zerosum.systems.unrolled:Unrolled"
LAPGAN = "zerosum.systems.lapgan:LAPGAN"
INFOGAN = "zerosum.systems.infogan:InfoGAN"
PIX2PIX = "zerosum.systems.pix2pix:Pix2Pix"
CYCLEGAN = "zerosum.systems.cyclegan:CycleGAN"
CUT = "zerosum.systems.cut:CUT"
MLE = "zerosum.systems.mle:MLE"
TABLE_GAN = "zerosum.systems.table_gan:TableGAN"
TVAE = "zerosum.systems.tvae:TVAE"
COPULA = "zerosum.systems.copula:Copula"
INPAINTING = "zerosum.systems.inpainting:Inpainting"


@dataclass(frozen=True)
class System:
    """A named system: one line, its paper, the game that plays it, and the paper's values over `defaults`.

    `data` says how the data are read where nobody says otherwise, as {"encoding": "mixture"}: entries of `schema.Data`.
    Of images `image` has what differs; `common` is what it shares of the tuned defaults with others, nothing where its
    networks are its method. One that `adapts` gets of all these what its game has players and options for.
    """

    line: str
    source: str
    game: str = TWO_PLAYER
    settings: Tree = field(default_factory=dict)
    image: Tree = field(default_factory=dict)
    data: Tree = field(default_factory=dict)
    defaults: dict[str, Tree] = field(default_factory=lambda: DEFAULTS)
    common: dict[str, Tuning] = field(default_factory=lambda: COMMON)
    adapts: bool = False


DCGAN_PAIR: Tree = {
    "batch_size": 128,
    "game": {"latent": 100, "prior": "uniform"},
    "players": players({"network": "dcgan"}, generator={"batch_norm": True}, discriminator={"batch_norm": True}),
}

SYSTEMS: dict[str, System] = {
    "gan": System(
        line="the 2014 game: perceptrons, SGD with momentum, k discriminator steps",
        source="Goodfellow et al. 2014, arXiv:1406.2661, Algorithm 1",
        settings={
            "batch_size": 100,
            "schedule": "exponential",
            "final_lr": 0.1,
            "game": {"loss": "non_saturating", "n_critic": 1, "prior": "uniform"},
            "players": players({"optimizer": "sgd", "lr": 0.1, "momentum": 0.5}),
        },
        image={
            "game": {"latent": 100},
            "players": players(
                generator={"network": "mlp", "width": 1200, "activation": "relu"},
                discriminator={"network": "mlp", "width": 240, "activation": "maxout", "dropout": 0.5},
            ),
        },
    ),
    "dcgan": System(
        line="deep convolutional pair with batch normalisation",
        source="Radford et al. 2015, arXiv:1511.06434, section 4",
        settings={"game": {"loss": "non_saturating"}, "players": players(adam(2e-4, 0.5))},
        image=DCGAN_PAIR,
    ),
    "cgan": System(
        line="generator and discriminator are told the label",
        source="Mirza and Osindero 2014, arXiv:1411.1784, equation 2",
        settings={
            "game": {"loss": "non_saturating", "conditioning": "concatenation"},
            "players": players(adam(2e-4, 0.5)),
        },
    ),
    "lsgan": System(
        line="least squares instead of the logarithm",
        source="Mao et al. 2016, arXiv:1611.04076, equation 9",
        settings={"game": {"loss": "least_squares"}, "players": players(adam(1e-3, 0.5))},
    ),
    "wgan": System(
        line="Wasserstein critic with clipped weights",
        source="Arjovsky et al. 2017, arXiv:1701.07875, Algorithm 1",
        settings={
            "batch_size": 64,
            "game": {"loss": "wasserstein", "n_critic": 5, "clip": 0.01},
            "players": players({"optimizer": "rmsprop", "lr": 5e-5}),
        },
    ),
    "wgan-gp": System(
        line="Wasserstein critic with a gradient penalty between reals and fakes",
        source="Gulrajani et al. 2017, arXiv:1704.00028, Algorithm 1",
        settings={
            "game": {"loss": "wasserstein", "n_critic": 5, "penalties": {"one_centered": {"gp_weight": 10.0}}},
            "players": players(adam(1e-4, 0.0, 0.9), generator={"batch_norm": False}),
        },
    ),
    "dragan": System(
        line="gradient penalty around the data",
        source="Kodali et al. 2017, arXiv:1705.07215, section 2.3",
        settings={
            "game": {"loss": "non_saturating", "penalties": {"local": {"gp_weight": 10.0}}},
            "players": players(adam(1e-4, 0.5, 0.9)),
        },
    ),
    "r1gan": System(
        line="gradient penalty on reals, R1",
        source="Mescheder et al. 2018, arXiv:1801.04406, equation 9",
        settings={
            "game": {"loss": "non_saturating", "penalties": {"r1": {"gamma": 10.0}}},
            "players": players(adam(1e-4, 0.0, 0.99)),
        },
    ),
    "sngan": System(
        line="hinge loss and spectral normalisation",
        source="Miyato et al. 2018, arXiv:1802.05957, section 4",
        settings={
            "game": {"loss": "hinge"},
            "players": players(adam(2e-4, 0.0, 0.9), discriminator={"spectral_norm": True}),
        },
    ),
    "r3gan": System(
        line="relativistic pairs with R1 and R2, the modern baseline",
        source="Huang et al. 2024, arXiv:2501.05441, equations 2 and 4",
        settings={
            "game": {"loss": "relativistic", "penalties": {"r1": {"gamma": 1.0}, "r2": {"gamma": 1.0}}},
            "players": players(adam(2e-4, 0.0, 0.99), generator={"batch_norm": False}),
        },
    ),
    "projected": System(
        line="looks through a network trained on ImageNet: photos and small folders",
        source="Sauer et al. 2021, arXiv:2111.01007, equation 3; Zhao et al. 2020, arXiv:2006.10738",
        settings={
            "game": {"loss": "hinge", "augment": ["mirror", "color", "translation", "cutout"]},
            "players": players(
                adam(2e-4, 0.0, 0.99), generator={"network": "light"}, discriminator={"network": "projected"}
            ),
        },
        common={},
    ),
    "acgan": System(
        line="the discriminator guesses the label instead of being told",
        source="Odena et al. 2016, arXiv:1610.09585, section 3",
        settings={
            "game": {"loss": "non_saturating", "conditioning": "auxiliary"},
            "players": players(adam(2e-4, 0.5)),
        },
    ),
    "pacgan": System(
        line="the discriminator judges samples in packs, so that sameness shows",
        source="Lin et al. 2017, arXiv:1712.04086, section 3",
        settings={"game": {"loss": "non_saturating", "pack": 2}, "players": players(adam(2e-4, 0.5))},
    ),
    "infogan": System(
        line="codes, found without labels, that steer what is made",
        source="Chen et al. 2016, arXiv:1606.03657, equation 6",
        game=INFOGAN,
        settings={
            "game": {"loss": "non_saturating", "prior": "uniform", "categories": [10], "continuous": 2},
            "players": players(generator=adam(1e-3, 0.5), discriminator=adam(2e-4, 0.5)),
        },
        image={"game": {"latent": 62}, "batch_size": 128},
    ),
    "lapgan": System(
        line="a pyramid of games: each adds the detail of one octave",
        source="Denton et al. 2015, arXiv:1506.05751, section 3",
        game=LAPGAN,
        settings={
            "game": {"loss": "non_saturating", "octaves": 2, "detail": 16},
            "players": pyramid(adam(2e-4, 0.5), {"network": "mlp", "width": 256, "depth": 2}),
        },
        image={
            "game": {"octaves": 3, "latent": 64, "detail": 32},
            "players": players({"network": "mlp"})
            | {"refiner": {"network": "small"}, "inspector": {"network": "small"}},
        },
    ),
    "bigan": System(
        line="an encoder learns the way back from sample to latent",
        source="Donahue et al. 2016, arXiv:1605.09782, equation 2; Dumoulin et al. 2016, arXiv:1606.00704",
        game=BIGAN,
        settings={
            "game": {"loss": "non_saturating"},
            "players": players({"network": "mlp"} | adam(2e-4, 0.5))
            | {"encoder": {"network": "mlp"} | adam(2e-4, 0.5)},
        },
    ),
    "unrolled": System(
        line="the generator looks ahead at the discriminator's answers",
        source="Metz et al. 2016, arXiv:1611.02163, equations 7 to 10",
        game=UNROLLED,
        settings={"game": {"loss": "minimax", "unrolled": 5}, "players": players(adam(2e-4, 0.5))},
    ),
    "ctgan": System(
        line="makes rows of a table, asked for a category, judged in packs",
        source="Xu et al. 2019, arXiv:1907.00503, sections 4.2 to 4.4",
        game=TABLE_GAN,
        data={"encoding": "mixture"},
        defaults=TABLES,
        settings={
            "batch_size": 500,
            "schedule": "constant",
            "final_lr": 1.0,
            "decay_from": 0.0,
            "game": {"loss": "wasserstein", "penalties": {"one_centered": {"gp_weight": 10.0}}, "pack": 10},
            "players": players(
                adam(2e-4, 0.5, 0.9),
                generator={"network": "dense", "width": 256, "depth": 2, "weight_decay": 1e-6},
                discriminator={"dropout": 0.5},
            ),
        },
        common={},
    ),
    "tablegan-modern": System(
        line="the relativistic game on rows of a table, asked for a category",
        source="Huang et al. 2024, arXiv:2501.05441; Xu et al. 2019, arXiv:1907.00503, section 4.3",
        game=TABLE_GAN,
        data={"encoding": "quantile"},
        defaults=TABLES,
        settings={
            "batch_size": 500,
            "decay_from": 0.0,
            "game": {"loss": "relativistic", "penalties": {"r1": {"gamma": 0.1}, "r2": {"gamma": 0.1}}, "pack": 1},
            "players": players(adam(1e-3, 0.0, 0.99), generator={"activation": "leaky_relu"}),
        },
        common={},
    ),
    "tvae": System(
        line="a variational autoencoder of rows, the rival of GANs of tables",
        source="Xu et al. 2019, arXiv:1907.00503, section 4.4; Kingma and Welling 2013, arXiv:1312.6114",
        game=TVAE,
        data={"encoding": "mixture"},
        defaults=LIKELIHOODS,
        settings={
            "game": {"latent": 128},
            "players": {
                "generator": {"network": "mlp", "width": 128, "depth": 2, "weight_decay": 1e-5} | adam(1e-3, 0.9),
                "encoder": {"network": "mlp", "width": 128, "depth": 2, "activation": "relu"},
            },
        },
        common={},
    ),
    "copula": System(
        line="marginals and one correlation of all columns, the plainest rival of GANs of tables",
        source="Zhao and Udell 2019, arXiv:1910.12845, section 2",
        game=COPULA,
        defaults=LIKELIHOODS,
        settings={"players": {"generator": {"network": "gaussian"} | adam(1e-2, 0.9)}},
        common={},
    ),
    "pix2pix": System(
        line="translates images, learned from pairs: adversarial and L1",
        source="Isola et al. 2016, arXiv:1611.07004, equation 4",
        game=PIX2PIX,
        defaults=TRANSLATIONS,
        common=TRANSLATING,
        settings={"game": {"loss": "non_saturating", "l1_weight": 100.0}, "players": players(adam(2e-4, 0.5))},
    ),
    "cyclegan": System(
        line="translates images both ways, learned without pairs: there and back is where it began",
        source="Zhu et al. 2017, arXiv:1703.10593, equation 3",
        game=CYCLEGAN,
        defaults=TRANSLATIONS,
        common=TRANSLATING,
        settings={"game": {"loss": "least_squares", "cycle_weight": 10.0}, "players": players(adam(2e-4, 0.5))},
    ),
    "cut": System(
        line="translates images, learned without pairs: patches stay like themselves",
        source="Park et al. 2020, arXiv:2007.15651, equation 5",
        game=CUT,
        defaults=TRANSLATIONS,
        common=TRANSLATING,
        settings={"game": {"loss": "least_squares", "nce_weight": 1.0}, "players": players(adam(2e-4, 0.5))},
    ),
    "mle": System(
        line="writes text by maximum likelihood: the rival of games",
        source="Yu et al. 2016, arXiv:1609.05473, section 4: the baseline that games of text are held against",
        game=MLE,
        defaults=WRITING,
        common={},
        settings={"clip_gradient": 5.0, "players": {"generator": {"embedding": 32, "hidden": 32} | adam(1e-2, 0.9)}},
    ),
    "inpainting": System(
        line="fills holes in images and touches nothing else",
        source="Pathak et al. 2016, arXiv:1604.07379, equation 3; Yu et al. 2018, arXiv:1806.03589",
        game=INPAINTING,
        defaults=TRANSLATIONS,
        common=TRANSLATING,
        settings={
            "game": {"loss": "hinge", "l2_weight": 30.0, "guess": "smooth"},
            "players": players(
                adam(2e-4, 0.5), generator={"skip": True}, discriminator={"spectral_norm": True, "norm": "none"}
            ),
        },
    ),
}


def system(name: str) -> System:
    """Return the entry of a system: zerosum's own, an installed package's, or that of a game "package.module:Name".

    Raises:
        UserError: there is none (the nearest name is suggested), or its package is not trusted, or is broken.
    """
    if REGISTRY.is_own(name):
        return SYSTEMS[name]
    target = REGISTRY.target(name)
    thing = REGISTRY.checked(target)
    return thing if isinstance(thing, System) else _of_game(thing, target)


def game_of(name: str) -> "type[Game]":
    """Return the game that plays a system; errors as `system`."""
    game = REGISTRY.checked(system(name).game)
    return game_of(game.game) if isinstance(game, System) else game


def _of_game(game: "type[Game]", target: str) -> System:
    """Return the entry of a game that has none: what suits the data, as far as the game knows it."""
    from zerosum.systems.translates import Translates

    line = (inspect.getdoc(game) or game.__name__).partition("\n")[0].rstrip(".")
    entry = System(line=line, source=target, game=target, adapts=True)
    if issubclass(game, Translates):
        return replace(entry, defaults=TRANSLATIONS, common=TRANSLATING)
    return replace(entry, defaults=WRITING, common={}) if game.discrete else entry


def _unfit(thing: Any) -> str:
    from zerosum.core.game import Game

    is_game = isinstance(thing, type) and issubclass(thing, Game)
    if isinstance(thing, System) or (is_game and not inspect.isabstract(thing)):
        return ""
    lacking = f"it lacks {', '.join(sorted(thing.__abstractmethods__))}" if is_game else "derive it from zerosum.Game"
    return f"{lacking}, or name a zerosum.recipe.table.System"


REGISTRY = Registry("system", "zerosum.systems", SYSTEMS, _unfit)
