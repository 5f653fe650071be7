"""From a recipe to the things it describes: game, optimisers, schedule, trainer."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

from zerosum.core.game import Facts, Game
from zerosum.core.schedule import Schedule
from zerosum.core.seeds import derived_seed
from zerosum.core.spec import Spec
from zerosum.core.trainer import Hook, MakeCompiler, MakeOptimizer, Trainer
from zerosum.data.dataset import Dataset
from zerosum.data.loader import Loader
from zerosum.data.names import restores
from zerosum.errors import UserError
from zerosum.group import distributed
from zerosum.kinds.table import kind_of
from zerosum.networks.headed import headed
from zerosum.networks.table import registry
from zerosum.recipe import memory
from zerosum.recipe.schema import OPTIMIZER_FIELDS, Data, Recipe
from zerosum.recipe.table import game_of


def build_game(recipe: Recipe) -> Game:
    """Make the game of a recipe, its weights a function of the recipe's seed.

    Raises:
        UserError: the data do not suit the system or a network.
        OutOfMemoryError: memory does not suffice; the message says what would need less.
    """
    kind = game_of(recipe.system)
    with memory.enough(recipe, memory.smaller), torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(recipe.seed))
        facts = facts_of(recipe.data)
        game = kind.build(facts, partial(_network, recipe, kind), recipe.game)
        game.spec = facts.spec
        return game


def facts_of(data: Data) -> Facts:
    """Return what a game must know of the data of a recipe."""
    source = None if data.source_shape is None else tuple(data.source_shape)
    restored = restores(data.pairs)
    return Facts(data.shape, data.classes, source=source, paired=data.paired, restored=restored, recorded=data.spec)


def suited(spec: Spec, pairs: str | None = None) -> str:
    """Return which defaults suit data, made into pairs so or not at all: see `Facts.kind`."""
    return kind_of(spec).suiting.defaults(spec, restored=restores(pairs))


def _network(recipe: Recipe, kind: type[Game], player: str, *context: Any) -> nn.Module:
    fields, spec = recipe.players[player], recipe.data.spec
    options = {name: value for name, value in fields.items() if name not in OPTIMIZER_FIELDS and name != "network"}
    try:
        network: nn.Module = registry(kind.roles[player]).load(fields["network"])(*context, **options)
    except (RuntimeError, MemoryError, ValueError, OverflowError) as error:
        if memory.lacking(error):
            raise
        reason = str(error).partition("\n")[0]
        raise UserError(f"cannot make players.{player} with {options}: {reason}") from error
    return network if kind.roles[player] != "generator" else headed(network, kind_of(spec).suiting.head(spec))


def build_trainer(recipe: Recipe, game: Game, dataset: Dataset, device: torch.device, hooks: Sequence[Hook]) -> Trainer:
    """Make the trainer of a recipe for this process's shards of `dataset`.

    Raises:
        UserError: the batch cannot be divided among the processes and micro-batches, or exceeds the data.
        OutOfMemoryError: as `build_game`.
    """
    own, shards = shards_of(recipe)
    loader = partial(Loader, dataset, recipe.batch_size // shards, seed=recipe.seed, shards=shards, device=device)
    with memory.enough(recipe, memory.smaller):
        return Trainer(
            game.to(device),
            [loader(shard=shard) for shard in own],
            optimizers={path: optimizer_factory(recipe.players[entry]) for path, entry in game.players.items()},
            precision=recipe.precision,
            clip_gradient=recipe.clip_gradient,
            ema=recipe.ema,
            ema_ramp=recipe.ema_ramp,
            schedule=Schedule(recipe.schedule, recipe.final_lr, recipe.decay_from, recipe.warmup),
            seed=recipe.seed,
            norms_every=recipe.signals_every,
            hooks=hooks,
            fast=recipe.fast,
            compiler=compiler_of(recipe),
        )


def shards_of(recipe: Recipe) -> tuple[range, int]:
    """Return which shards of each turn this process plays, and how many there are in all.

    A recipe of several processes has as many shards wherever it is played, so that the result is the same; one process
    alone plays them all. A recipe of one process has them from the group that it is played in.

    Raises:
        UserError: the batch cannot be divided into the shards, or the shards among the processes.
    """
    world = distributed.world()
    processes = recipe.processes if recipe.processes > 1 else world
    shards = processes * recipe.accumulate
    if recipe.batch_size % shards:
        raise UserError(
            f"batch_size {recipe.batch_size} cannot be divided into {processes} processes x accumulate "
            f"{recipe.accumulate}: use a multiple of {shards}"
        )
    if shards % world:
        raise UserError(
            f"processes {processes} x accumulate {recipe.accumulate} cannot be divided among {world} processes: "
            f"use --set processes={world}"
        )
    own = shards // world
    return range(distributed.rank() * own, (distributed.rank() + 1) * own), shards


def compiler_of(recipe: Recipe) -> MakeCompiler | None:
    """Return what makes the compiler of a recipe's turns; imported only where it is wanted, as that takes seconds."""
    if not recipe.compile:
        return None
    if recipe.precision == "fp16":
        raise UserError("compile does not go with precision=fp16: use bf16 or fp32, or leave compile out")
    from zerosum.core.compiled import Compiler

    def compiler(game: Game, autocast: Callable[[], Any], parts: int) -> Compiler:
        return Compiler(game, autocast=autocast, parts=parts, say=distributed.say)

    return compiler


def optimizer_factory(fields: dict[str, Any]) -> MakeOptimizer:
    """Return what makes a player's optimiser from the fields of `recipe.schema.Optimizer`."""
    name, rate, decay = fields["optimizer"], fields["lr"], fields["weight_decay"]
    kind: Callable[..., torch.optim.Optimizer]
    if name in ("adam", "adamw"):
        kind = torch.optim.Adam if name == "adam" else torch.optim.AdamW
        options: dict[str, Any] = {"betas": tuple(fields["betas"]), "fused": True}
    elif name == "rmsprop":
        kind, options = torch.optim.RMSprop, {"alpha": 0.99, "momentum": fields["momentum"]}
    else:
        kind, options = torch.optim.SGD, {"momentum": fields["momentum"], "fused": True}
    return _maker(partial(kind, lr=rate, weight_decay=decay, **options))


def _maker(make: Callable[..., torch.optim.Optimizer]) -> MakeOptimizer:
    def optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return make(list(parameters))

    return optimizer
