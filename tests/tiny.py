"""Tiny recipes, trainers and games for tests."""

import atexit
import functools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from people import write_people
from zerosum.core.control import Control
from zerosum.core.forms import Latent
from zerosum.core.game import Game, Turn
from zerosum.core.importing import load as load_class
from zerosum.core.trainer import Trainer
from zerosum.kinds.load import load
from zerosum.networks.table import SIDES
from zerosum.recipe.build import build_game, build_trainer, suited
from zerosum.recipe.resolve import resolve
from zerosum.recipe.schema import Recipe
from zerosum.recipe.table import SYSTEMS
from zerosum.recipe.training_data import Material, material
from zerosum.tasks.table import task_of
from zerosum.training.planning import data_fields

# A constant rate, so that a run of few rounds is the beginning of a run of more.
TINY = ("generator.width=16", "discriminator.width=16", "batch_size=16", "schedule=constant")
TINY_TEXT = ("generator.hidden=16", "generator.embedding=8", "batch_size=16", "schedule=constant")
"""The same of systems that write."""
TEXT = str(Path(__file__).parent / "sentences.txt")
"""Four hundred sentences of few words, for systems that write."""
CPU = torch.device("cpu")
dataset = functools.cache(load)
of_material = functools.cache(Material.load)


def game_of(system: str) -> type[Game]:
    """The class of a named system's game."""
    return load_class(SYSTEMS[system].game)


def translates(system: str) -> bool:
    """Whether a named system translates images; it is then tested on what makers make of them."""
    return task_of(game_of(system)).given


def has_discriminator(system: str) -> bool:
    """Whether a named system is a contest; others maximise a likelihood."""
    return "discriminator" in {SIDES.get(role) for role in game_of(system).roles.values()}


def of_images(system: str) -> bool:
    """Whether a named system is of images only: it translates them, or looks at them through a network for photos."""
    return translates(system) or system == "projected"


def writes(system: str) -> bool:
    """Whether a named system makes sentences."""
    return game_of(system).discrete


def of_tables(system: str) -> bool:
    """Whether a named system is of tables only."""
    return set(SYSTEMS[system].defaults) == {"table"}


def data_of(system: str) -> tuple[str, ...]:
    """What a named system is tested on: images and points, where it takes them, a table, or text."""
    if writes(system):
        return (TEXT,)
    return ("people",) if of_tables(system) else ("digits",) if of_images(system) else ("digits", "8-ring")


CASES = [(name, data) for name in SYSTEMS for data in data_of(name)]
CASES += [(name, "people") for name in ("wgan-gp", "r1gan", "r3gan", "cgan", "infogan", "bigan")]
"""Every named system on what it is of, and some of those for any data on a table."""


@functools.cache
def people() -> str:
    """The path of a small table, written once a process."""
    path = Path(tempfile.gettempdir()) / f"zerosum-{os.getpid()}-people.csv"
    atexit.register(path.unlink, missing_ok=True)
    return str(write_people(path))


def tiny_settings(system: str) -> tuple[str, ...]:
    """What makes a system's recipe tiny; batches of whole packs."""
    if writes(system):
        return TINY_TEXT
    players = SYSTEMS[system].defaults.get("table" if of_tables(system) else "tiny", {}).get("players", {})
    sizes = [f"{name}.width=16" for name in ("generator", "discriminator") if not of_tables(system) or name in players]
    return (*sizes, "batch_size=40" if of_tables(system) else "batch_size=16", "schedule=constant")


def recipe(system: str = "r1gan", data: str | None = None, *settings: str, **given: object) -> Recipe:
    """A recipe with tiny networks; a system that needs labels plays without where the data have none."""
    data = data or data_of(system)[0]
    task = task_of(game_of(system))
    pairs = (None if system == "inpainting" else "edges") if task.given else None
    source = people() if data == "people" else data
    wanted = task.asked_for(system, material(SYSTEMS[system].data, {"source": source, "pairs": pairs}))
    found = of_material(wanted)
    fields, kind = data_fields(source, found, None, None) | wanted.fields(found), suited(found.spec)
    if system in ("cgan", "acgan") and not found.classes:
        settings = ("conditioning=none", *settings)
    return resolve(system, {}, fields, kind, (*tiny_settings(system), *settings), **{"steps": 6, **given})


def trainer(made: Recipe, hooks: tuple[object, ...] = ()) -> Trainer:
    """A fresh trainer of a recipe, without a run folder."""
    return build_trainer(made, build_game(made), of_material(Material.of(made.data)), CPU, hooks)


def given(playing: Trainer, n: int) -> dict[str, torch.Tensor]:
    """The images that a game is given to make `n` samples of; {} for a game that makes its own."""
    data = playing.shards[0].dataset
    return data.inputs(torch.arange(n)) if task_of(playing.game).given else {}


def command_line(out: Path, *settings: str, system: str = "r1gan", steps: int = 6) -> list[str]:
    """The words of a tiny `zerosum train`."""
    words = [
        "train",
        system,
        "--data",
        "digits",
        "--out",
        str(out),
        "--steps",
        str(steps),
        "--device",
        "cpu",
        "--quiet",
    ]
    return [*words, "--set", *TINY, "sample_every=1000", *settings]


class Hook:
    """Calls a function after each round; the other moments pass."""

    def __init__(self, function=lambda trainer: None):
        self.function = function

    def start(self, trainer):
        pass

    def round(self, trainer):
        self.function(trainer)

    def finish(self, trainer):
        pass


def stop_at(step: int) -> Hook:
    """A hook that stops the training after round `step`, as a signal would."""

    def stop(trainer):
        if trainer.step == step:
            trainer.stopped = "interrupted"

    return Hook(stop)


class Regression(Game):
    """A deterministic game: two players each fit their own target, with a mean over the batch."""

    roles = {"left": "generator", "right": "generator"}  # noqa: RUF012

    def __init__(self, order=("left", "right")):
        super().__init__()
        self.left, self.right, self.order = nn.Linear(3, 2), nn.Linear(3, 1), order
        for number, player in enumerate((self.left, self.right)):
            nn.init.constant_(player.weight, 0.1 * (number + 1))
            nn.init.zeros_(player.bias)

    @classmethod
    def build(cls, facts, networks, options):
        return cls()

    @property
    def controls(self):
        return (Control("latent", Latent(3)),)

    def turns(self, step: int) -> Iterator[Turn]:
        for name in self.order:
            yield Turn(getattr(self, name), getattr(self, f"{name}_loss"))

    def left_loss(self, batch):
        return {"square": (self.left(batch["real"]) - 1).square().mean(), "watched": batch["real"].mean()}

    def right_loss(self, batch):
        return {"square": (self.right(batch["real"]) - batch["real"].sum(1, keepdim=True)).square().mean()}

    def sample(self, inputs):
        return self.left(inputs["latent"])

    def averaged(self):
        return {"left": self.left}


class Points:
    """Batches of fixed points: shard `shard` of `shards` of batch number `position`."""

    def __init__(self, batch_size: int = 8, shard: int = 0, shards: int = 1):
        self.batch_size, self.shard, self.shards = batch_size, shard, shards

    def at(self, position: int):
        whole = torch.randn(self.batch_size, 3, generator=torch.Generator().manual_seed(position))
        return {"real": whole.chunk(self.shards)[self.shard]}


def sgd(parameters):
    return torch.optim.SGD(list(parameters), lr=0.1, momentum=0.5)


def play_regression(shards, game=None, **options) -> Trainer:
    """A trainer of the deterministic game."""
    return Trainer(game or Regression(), shards, optimizers={"left": sgd, "right": sgd}, **options)


def tensors(state, prefix="") -> dict[str, torch.Tensor]:
    """The tensors of a tree, by path."""
    if isinstance(state, torch.Tensor):
        return {prefix: state}
    items = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list | tuple) else ()
    return {path: value for key, part in items for path, value in tensors(part, f"{prefix}/{key}").items()}


def values(state, prefix="") -> dict[str, object]:
    """The plain values of a tree, by path, without times."""
    if isinstance(state, torch.Tensor):
        return {}
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {path: value for key, part in items for path, value in values(part, f"{prefix}/{key}").items()}
    return {} if prefix in ("/seconds", "/cpu_seconds") else {prefix: state}


def same(one, other) -> None:
    """Assert that two states are equal bit for bit, but for times."""
    ours, theirs = tensors(one), tensors(other)
    assert ours.keys() == theirs.keys()
    assert [path for path in ours if not torch.equal(ours[path], theirs[path])] == []
    assert [path for path in ours if ours[path].dtype != theirs[path].dtype] == []
    assert values(one) == values(other)
