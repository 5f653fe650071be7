"""Words for `--set` that change one thing of a recipe: penalties, rates, widths; what remedies are made of."""

from collections.abc import Iterator

from zerosum.judge.verdict import Remedy
from zerosum.kinds.table import kind_of
from zerosum.recipe.schema import Recipe

SLOWER = 4
FAR, NARROW, WIDTH = 8.0, 8, 32
"""By what factor a setting is far from its usual value; networks narrower than 8 channels get 32."""


def back_to_usual(recipe: Recipe, *, least: float = 0.0) -> Iterator[str]:
    """Yield the system's own rate or weight where the recipe's is many times off, and a width that can learn.

    `least`: the lowest rate to go back to.
    """
    from zerosum.recipe.build import facts_of
    from zerosum.recipe.layers import settings as own_settings

    usual = own_settings(recipe.system, facts_of(recipe.data).kind)
    for name, own in recipe.players.items():
        own_rate = usual.get("players", {}).get(name, {}).get("lr")
        if own_rate and far(float(own["lr"]), own_rate):
            yield f"{name}.lr={max(own_rate, least):g}"
        if 0 < int(own.get("width") or 0) < NARROW:
            yield f"{name}.width={WIDTH}"
    penalties = usual.get("game", {}).get("penalties", {})
    for path, weight in weights(recipe):
        _, name, field = path.split(".")
        if field in penalties.get(name, {}) and weight > FAR * penalties[name][field]:
            yield f"{path}={penalties[name][field]:g}"


def far(value: float, usual: float) -> bool:
    """Return whether a value is more than 8 times the usual one, or less than an eighth of it."""
    return not 1 / FAR <= value / usual <= FAR


def penalised(recipe: Recipe) -> bool:
    """Return whether D has a penalty."""
    return bool(recipe.game.get("penalties"))


def penalty(recipe: Recipe, why: str, *, factor: float = 1.0) -> Remedy:
    """Offer R1 with a weight that suits the data: modes of points are narrow, a gradient of 1 / sigma must be cheap."""
    settings = [f"penalties.r1.gamma={factor * gamma(recipe):g}"]
    if recipe.game.get("clip"):
        settings.append("clip=0")
    return Remedy(tuple(settings), why)


def gamma(recipe: Recipe) -> float:
    """Return the weight of R1 that suits the data."""
    return kind_of(recipe.data.spec).suiting.gamma(recipe.data.spec)


def both_penalties(recipe: Recipe) -> tuple[str, ...]:
    """Return R1 and R2, as far as the recipe has not got them."""
    penalties = recipe.game.get("penalties") or {}
    return tuple(f"penalties.{name}.gamma={gamma(recipe):g}" for name in ("r1", "r2") if name not in penalties)


def weights(recipe: Recipe) -> Iterator[tuple[str, float]]:
    """Yield the path and value of the weight of each penalty."""
    for name, options in (recipe.game.get("penalties") or {}).items():
        for weight in ("gamma", "gp_weight"):
            if weight in options:
                yield f"penalties.{name}.{weight}", float(options[weight])


def stronger(recipe: Recipe, factor: float, why: str) -> Iterator[Remedy]:
    """Offer every penalty a number of times stronger."""
    settings = tuple(f"{path}={value * factor or gamma(recipe):g}" for path, value in weights(recipe))
    if settings:
        yield Remedy(settings, why)


def weaker_if_huge(recipe: Recipe) -> Iterator[Remedy]:
    """Offer a usual weight for penalties above 100."""
    huge = tuple(f"{path}=10" for path, value in weights(recipe) if value > 100)
    if huge:
        yield Remedy(huge, "a penalty so strong makes D's steps overshoot")


def players(recipe: Recipe, side: str) -> list[str]:
    """Return the players of a side by attribute path."""
    from zerosum.networks.table import SIDES
    from zerosum.recipe.table import game_of

    roles = game_of(recipe.system).roles
    return [name for name in recipe.players if SIDES.get(roles.get(name, "")) == side]


def rate(recipe: Recipe, player: str) -> float:
    """Return a player's rate."""
    return float(recipe.players[player]["lr"])


def fastest(recipe: Recipe, role: str) -> float:
    """Return the highest rate of a side."""
    return max((rate(recipe, name) for name in players(recipe, role)), default=0.0)


def rates(recipe: Recipe, factor: float) -> tuple[str, ...]:
    """Return every player's rate times a factor."""
    return tuple(f"{name}.lr={rate(recipe, name) * factor:g}" for name in recipe.players)


def lower(recipe: Recipe, role: str) -> tuple[str, ...]:
    """Return a quarter of the rates of a side."""
    return tuple(f"{name}.lr={rate(recipe, name) / SLOWER:g}" for name in players(recipe, role))


def narrower(recipe: Recipe, role: str) -> tuple[str, ...]:
    """Return half of the widths of a side, where they are above 16."""
    wide = [name for name in players(recipe, role) if int(recipe.players[name].get("width") or 0) > 16]
    return tuple(f"{name}.width={int(recipe.players[name]['width']) // 2}" for name in wide)


def without_momentum(recipe: Recipe) -> tuple[str, ...]:
    """Return optimisers without momentum."""
    settings = []
    for name, fields in recipe.players.items():
        if fields["optimizer"] in ("adam", "adamw") and fields["betas"][0] > 0:
            settings.append(f"{name}.betas=[0.0,{fields['betas'][1]:g}]")
        elif fields["optimizer"] in ("sgd", "rmsprop") and fields["momentum"] > 0:
            settings.append(f"{name}.momentum=0")
    return tuple(settings)


def quick(recipe: Recipe) -> float:
    """Return the rate at which Adam learns data of this kind in thousands of rounds, not in a hundred thousand."""
    return kind_of(recipe.data.spec).suiting.rate


def usual_rates(recipe: Recipe) -> tuple[str, ...]:
    """Return rates at which the players' optimisers usually learn."""
    usual = {"sgd": 0.02, "rmsprop": 5e-4}
    return tuple(
        f"{name}.lr={usual.get(fields['optimizer'], quick(recipe)):g}" for name, fields in recipe.players.items()
    )
