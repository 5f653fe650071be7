"""The terms of a race: what is the same for all entrants, what each has of its own, and when it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from zerosum.errors import UserError, suggest
from zerosum.networks.table import registry
from zerosum.options import options_model
from zerosum.recipe.layers import settings, usual
from zerosum.recipe.resolve import named, resolve
from zerosum.recipe.schema import OPTIMIZER_FIELDS, Recipe
from zerosum.recipe.table import TWO_PLAYER, system
from zerosum.recipe.tree import Tree, merge
from zerosum.tasks.table import from_noise

Unit = Literal["cpu_minutes", "minutes", "images"]
OF_THE_METHOD = ("batch_norm", "spectral_norm", "dropout")
"""Options of a network that belong to the method and not to the size of the network."""


@dataclass(frozen=True)
class Budget:
    """What every entrant may spend.

    Args:
        unit: `cpu_minutes` or `minutes` of training, without scoring and saving; or `images`, the reals that the
            discriminator learns from, which are rounds x `n_critic` x `batch_size`.
        amount: how many.
    """

    unit: Unit
    amount: float

    def settings(self, recipe: Recipe) -> tuple[str, ...]:
        """Return the overrides of `recipe` that make it end with this budget, and by nothing else."""
        values: dict[str, Any] = dict.fromkeys(("steps", "minutes", "cpu_minutes"))
        if self.unit == "images":
            values["steps"] = max(1, round(self.amount / images_a_round(recipe)))
        else:
            values[self.unit] = self.amount
        return tuple(f"{key}={_yaml(value)}" for key, value in values.items())

    def unit_words(self) -> str:
        """Return the unit for people: "CPU minutes"."""
        return {"cpu_minutes": "CPU minutes", "minutes": "minutes of training", "images": "images"}[self.unit]

    def words(self) -> str:
        """Return the budget for people: "2 CPU minutes"."""
        unit = self.unit_words()
        unit = unit.replace("minutes", "minute") if self.amount == 1 else unit
        return f"{self.amount:,.0f} {unit}" if self.unit == "images" else f"{self.amount:g} {unit}"


def budget_of(minutes: float | None, images: int | None, clock: str, device: str) -> Budget:
    """Return the budget that a user asked for.

    Minutes are of CPU time where a CPU trains: other programs on the machine then take nothing away from one entrant
    that another one had. On a GPU the CPU only hands out work, so minutes are those of the clock.

    Raises:
        UserError: none or two budgets, or one that is not above 0.
    """
    if (minutes is None) == (images is None):
        raise UserError("a race needs one budget: give --minutes or --images")
    amount = minutes if images is None else images
    if amount is None or not 0 < amount < float("inf"):
        raise UserError(f"a budget of {amount} cannot be raced for: give a number above 0")
    if images is not None:
        return Budget("images", float(images))
    cpu = clock == "cpu" or (clock == "auto" and device == "cpu")
    return Budget("cpu_minutes" if cpu else "minutes", float(amount))


def images_a_round(recipe: Recipe) -> int:
    """Return how many reals the discriminator learns from in a round."""
    return recipe.batch_size * int(recipe.game.get("n_critic", 1))


@dataclass(frozen=True)
class Entrant:
    """One system with its own settings; it plays once a seed.

    Attributes:
        name: of the system, or of the recipe file without its ending.
        system: a named system or a recipe file, as given.
        settings: overrides in the order in which they apply: the equal terms, those for all, its own.
        own: the last of them.
        as_published: whether it plays by its paper's values where nothing else is said.
    """

    name: str
    system: str
    settings: tuple[str, ...]
    own: tuple[str, ...] = ()
    as_published: bool = False

    @property
    def data(self) -> Tree:
        """How the system's data are read, where that is its own."""
        return system(named(self.system)[0]).data

    def recipe(self, fields: Mapping[str, Any], kind: str, seed: int, budget: Budget) -> Recipe:
        """Return the complete recipe for data of these `fields`; UserError names a bad setting."""
        name, own = named(self.system)
        own.pop("data", None)

        def resolved(*more: str) -> Recipe:
            overrides = (*self.settings, *more)
            return resolve(name, own, dict(fields), kind, overrides, published=self.as_published, seed=seed)

        return resolved(*budget.settings(resolved()))


def enter(
    systems: Sequence[str],
    kind: str,
    *,
    settings_: Sequence[str] = (),
    settings_for: Mapping[str, Sequence[str]] | None = None,
    own_networks: bool = False,
    as_published: bool = False,
) -> list[Entrant]:
    """Return the entrants of a race.

    Args:
        systems: named systems or recipe files.
        kind: of the data, as `game.Facts.kind` has it.
        settings_: overrides for all.
        settings_for: more of them by the name of an entrant.
        own_networks: leave to each its own networks, latent and batch size.
        as_published: let each play by its paper's values instead of the tuned ones.

    Raises:
        UserError: no system, an unknown one, one twice, one that translates, or settings for one that does not take
            part.
    """
    names = [Path(each).stem if each.endswith((".yaml", ".yml")) else each for each in systems]
    if not names:
        raise UserError("nobody takes part: name systems, such as `zerosum race r1gan r3gan --minutes 5`")
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"'{name}' takes part twice: name it once, or give it a recipe file of another name")
    for each in systems:
        from_noise(each, "a race is of systems that make them: train each, and compare what `zerosum evaluate` says")
    own = dict(settings_for or {})
    for name in own:
        if name not in names:
            raise UserError(f"settings for '{name}', which does not take part{suggest(name, names)}")
    return [
        Entrant(
            name,
            each,
            (*equal_terms(each, kind, own_networks, as_published), *settings_, *own.get(name, ())),
            tuple(own.get(name, ())),
            as_published,
        )
        for name, each in zip(names, systems, strict=True)
    ]


def equal_terms(system_or_file: str, kind: str, own_networks: bool, as_published: bool = False) -> tuple[str, ...]:
    """Return the overrides that put a system on equal terms with the others.

    Networks, latent and batch size become the defaults for this kind of data, of every size and activation; loss,
    penalties, optimiser, rate and its schedule, `n_critic`, prior and normalisation stay the system's own. What a
    recipe file says itself stays as it says. Games of other players than two keep their networks, and so do those whose
    networks are their method. One thread, so that CPU time is the time of the arithmetic.
    """
    name, own = named(system_or_file)
    terms = ["threads=1"] if "threads" not in own else []
    if own_networks or system(name).game != TWO_PLAYER or not system(name).common:
        return tuple(terms)
    common, method = usual(kind, published=as_published), settings(name, kind, published=as_published)
    for player, network in common["players"].items():
        fields = _player(network, method["players"].get(player, {}), player)
        terms.append(f"players.{player}={_yaml(merge(fields, own.get('players', {}).get(player, {})))}")
    if "batch_size" not in own:
        terms.append(f"batch_size={common['batch_size']}")
    if "latent" not in own.get("game", {}):
        terms.append(f"game.latent={common['game']['latent']}")
    return tuple(terms)


def _player(network: Tree, method: Tree, role: str) -> Tree:
    """Return the common `network` with the optimiser of `method`, and its normalisation where the network has it."""
    fields = options_model(registry(role).load(network["network"])).model_fields
    normalisation = {key: method[key] for key in OF_THE_METHOD if key in method and key in fields}
    optimiser = {key: value for key, value in method.items() if key in OPTIMIZER_FIELDS}
    return {**network, **normalisation, **optimiser}


def _yaml(value: Any) -> str:
    """Return a value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


@dataclass(frozen=True)
class Terms:
    """What must be the same for results to share one race."""

    data: str
    fingerprint: str
    budget: Budget
    settings: tuple[str, ...]
    own_networks: bool
    samples: int
    device: str
    as_published: bool = False
    features: str = "not known"
    """Name and fingerprint of the space that all are scored in."""

    def to_dict(self) -> dict[str, Any]:
        """Return the terms as a dict of JSON values."""
        return {**asdict(self), "settings": list(self.settings)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Terms":
        """Return the terms that `to_dict` made `content` from."""
        # Races of before features were noted cannot be known to be scored like those of today; those of before there
        # were tuned values were played as published.
        content = {"as_published": True, **content}
        fields = {name: content[name] for name in cls.__dataclass_fields__ if name != "features" or name in content}
        return cls(**{**fields, "budget": Budget(**content["budget"]), "settings": tuple(content["settings"])})

    def differing(self, other: "Terms") -> list[str]:
        """Return what differs in `other`, as "name: here -> there"."""
        here, there = self.to_dict(), other.to_dict()
        return [f"{name}: {here[name]} -> {there[name]}" for name in here if here[name] != there[name]]
