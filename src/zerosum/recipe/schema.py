"""The recipe: everything a run is made of, complete and frozen, to and from YAML."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from zerosum._version import __version__
from zerosum.core.spec import Spec, kind_by
from zerosum.data.ranges import Range, parsed
from zerosum.data.size import Fit, sides, written
from zerosum.errors import UserError, suggest
from zerosum.options import Chance, complete, explain

FROZEN = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def as_recorded(size: Any) -> Any:
    """Return a size as recipes hold it; UserError where it is none."""
    return None if size is None else written(sides(size))


class Data(BaseModel):
    """What is trained on. The part below `name` is found out and recorded, not chosen."""

    model_config = FROZEN
    source: str
    target: str | None = Field(None, description="images that those of source are translated into")
    pairs: str | None = Field(None, description="instead of a target: how pairs are got out of source")
    crops: bool | None = Field(None, description="random crops and mirror images of what is translated")
    size: Annotated[int | str | None, BeforeValidator(as_recorded)] = Field(
        None, description="pixels a side, or WIDTHxHEIGHT; None: derived from the images"
    )
    channels: Literal[1, 3, 4] | None = None
    fit: Fit = Field("crop", description="of images of other proportions: crop, pad or stretch")
    value_range: Annotated[Range | None, BeforeValidator(parsed)] = Field(
        None, description="LOW:HIGH, black and white of arrays and of files of more than 8 bits; None: derived from all"
    )
    column: tuple[str, ...] = Field((), description="of a table: what its columns are, NAME=TYPE")
    tokens: Literal["word", "byte", "bpe"] | None = Field(None, description="of text: what a token is; None: derived")
    length: int | None = Field(None, ge=2, description="of text: tokens of a sentence or a window; None: derived")
    sentences: Literal["line", "window"] | None = Field(None, description="of text: a line each, or windows of it")
    encoding: str | None = Field(None, description="of a table: how its numbers are seen, quantile or mixture")
    name: str = ""
    shape: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    kind: str = Field("", description="of data; of recipes that do not say it, the shape tells")
    facts: dict[str, Any] = {}
    fingerprint: str = ""
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    source_shape: tuple[int, ...] | None = None
    paired: bool = False
    levels: Range | None = None
    source_levels: Range | None = None

    @model_validator(mode="before")
    @classmethod
    def _kind_told_by_shape(cls, tree: Any) -> Any:
        unnamed = isinstance(tree, dict) and tree.get("shape") and not tree.get("kind")
        return tree | {"kind": kind_by(tuple(tree["shape"]))} if unnamed else tree

    @property
    def spec(self) -> Spec:
        """What the samples are."""
        points = {"center": list(self.center), "scale": list(self.scale)} if self.center else {}
        return Spec(self.kind, self.shape, self.facts | points)


class Optimizer(BaseModel):
    """How one player moves. Every player has these fields beside the options of its network."""

    model_config = FROZEN
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    lr: float = Field(2e-4, gt=0)
    betas: tuple[Chance, Chance] = (0.5, 0.999)
    momentum: float = Field(0.0, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)


class Recipe(BaseModel):
    """A run, resolved: `game` holds the options of the game, `players` those of each network and its optimiser."""

    model_config = FROZEN
    system: str
    data: Data
    seed: int = Field(0, ge=0)
    steps: int | None = Field(None, ge=1, description="rounds to play")
    minutes: float | None = Field(None, gt=0, description="minutes of training, without scoring and saving")
    cpu_minutes: float | None = Field(None, gt=0, description="the same in CPU time: fair on a shared machine")
    batch_size: int = Field(64, ge=1, description="samples a turn, over all processes and micro-batches")
    accumulate: int = Field(1, ge=1, description="micro-batches a turn")
    processes: int = Field(1, ge=1, le=1024, description="times as many, each part in a process of its own on a CPU")
    threads: int | None = Field(None, ge=1, le=1024, description="CPU threads; None: torch's choice")
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    compile: bool = Field(False, description="each turn as one compiled function; pays off in long runs")
    fast: bool = Field(False, description="kernels that do not repeat bit for bit; a little faster on CUDA")
    clip_gradient: float | None = Field(None, gt=0)
    ema: float = Field(0.999, ge=0, lt=1, description="decay a round of the averaged weights; 0: none")
    ema_ramp: float = Field(0.05, ge=0)
    schedule: Literal["constant", "linear", "cosine", "exponential"] = "constant"
    final_lr: float = Field(1.0, gt=0, le=1, description="factor on the learning rates at the end")
    decay_from: float = Field(0.0, ge=0, lt=1, description="share of the run after which the schedule begins")
    warmup: int = Field(0, ge=0, description="rounds")
    log_every: int = Field(50, ge=1)
    signals_every: int = Field(100, ge=0, description="rounds between the judge's signals in the log; 0: none")
    sample_every: int = Field(500, ge=1)
    evaluate_every: int = Field(0, ge=0, description="rounds; 0: only when asked")
    evaluate_samples: int = Field(2000, ge=100)
    checkpoint_every: int = Field(1000, ge=1)
    chosen: tuple[str, ...] = Field((), description="entries that were fitted to device and minutes, not asked for")
    game: dict[str, Any] = {}
    players: dict[str, dict[str, Any]] = {}
    zerosum: str = __version__

    def to_yaml(self) -> str:
        """Return the recipe as YAML, in the order of its fields."""
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, default_flow_style=None, width=120)


OPTIMIZER_FIELDS = tuple(Optimizer.model_fields)


def validate(tree: dict[str, Any]) -> Recipe:
    """Check a recipe's tree and fill in every default: the recipe of its system's game and networks.

    Raises:
        UserError: the first thing that is wrong, in one line.
    """
    from zerosum.recipe.table import game_of

    try:
        recipe = Recipe.model_validate(tree)
    except ValidationError as error:
        raise UserError(explain(error, "", Recipe.model_fields)) from error
    game = game_of(recipe.system)
    for name in set(recipe.players) - set(game.roles):
        raise UserError(f"{recipe.system} has no player '{name}'{suggest(name, game.roles)}")
    players = {name: complete_player(recipe.players.get(name, {}), name, role) for name, role in game.roles.items()}
    return recipe.model_copy(update={"game": game.complete(recipe.game), "players": players})


def complete_player(fields: dict[str, Any], name: str, role: str) -> dict[str, Any]:
    """Check one player's network and optimiser options, and fill in the defaults."""
    from zerosum.networks.table import registry

    network = str(fields.get("network", "mlp"))
    try:
        kind = registry(role).load(network)
    except UserError as error:
        raise UserError(f"players.{name}.network: {error}") from error
    own = {key: value for key, value in fields.items() if key in OPTIMIZER_FIELDS}
    options = {key: value for key, value in fields.items() if key not in OPTIMIZER_FIELDS and key != "network"}
    try:
        optimizer = Optimizer.model_validate(own)
    except ValidationError as error:
        raise UserError(explain(error, f"players.{name}", OPTIMIZER_FIELDS)) from error
    return {
        "network": network,
        **complete(kind, options, f"players.{name}"),
        **optimizer.model_dump(mode="json"),
    }


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a recipe, or a part of one, from a file.

    Raises:
        UserError: the file is unreadable or does not hold a mapping.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"cannot read the recipe {path}: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise UserError(f"{path} holds no recipe: write `key: value` lines, as in the recipe.yaml of a run")
    return tree
