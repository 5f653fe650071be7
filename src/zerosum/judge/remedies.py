"""What to try against each state: exact words for `--set` that are valid for the recipe at hand, likeliest first."""

from collections.abc import Iterator

from zerosum.errors import UserError
from zerosum.judge.age import needed
from zerosum.judge.verdict import Remedy, State
from zerosum.recipe import overrides
from zerosum.recipe.schema import Recipe, validate

SLOWER = 4
STRONG = 100.0
"""Where single samples are known by heart, R1 needs this many times its usual weight to be felt."""
QUICK, QUICK_OF_POINTS = 1e-3, 3e-3
FAR, NARROW, WIDTH = 8.0, 8, 32
"""By what factor a setting is far from its usual value; networks narrower than 8 channels get 32."""


def remedies(state: State, recipe: Recipe) -> tuple[Remedy, ...]:
    """Return what to try, ranked; settings that this recipe does not know, or that change nothing, are left out."""
    offered = list(OFFERS.get(state, _nothing)(recipe))
    if offered and state is not State.TOO_EARLY:
        offered.insert(0, _with_usual(offered[0], recipe))
    found = {remedy.settings: remedy for remedy in reversed(offered) if changes(remedy, recipe)}
    return tuple(reversed(found.values()))


def changes(remedy: Remedy, recipe: Recipe) -> bool:
    """Return whether a remedy's settings are valid for a recipe and make another one of it."""
    return bool(remedy.settings) and applied(remedy, recipe) not in (None, recipe)


def applied(remedy: Remedy, recipe: Recipe) -> Recipe | None:
    """Return the recipe with a remedy's settings, as `--set` would; None where they are not valid for it."""
    changed = recipe
    try:
        for setting in remedy.settings:
            changed = validate(overrides.apply(changed.model_dump(mode="json"), *overrides.parse(setting)))
    except UserError:
        return None
    return changed


def _nothing(recipe: Recipe) -> Iterator[Remedy]:
    yield from ()


def _diverging(recipe: Recipe) -> Iterator[Remedy]:
    if not _penalised(recipe):
        yield _penalty(recipe, "a penalty on D's gradient keeps its answers in bounds (arXiv:1801.04406)")
    yield Remedy(_rates(recipe, 1 / SLOWER), f"a {SLOWER} times lower rate for every player")
    yield from _stronger(recipe, 10, "a stronger penalty on D's gradient")
    yield from _weaker_if_huge(recipe)
    yield Remedy(("clip_gradient=1",), "bounds the steps that a single batch can cause")


def _collapsed(recipe: Recipe) -> Iterator[Remedy]:
    yield _paired(recipe)
    if not _penalised(recipe):
        yield _penalty(recipe, "with a flat D near the data, a generator gains nothing by leaving modes")
    if _fastest(recipe, "generator") > _fastest(recipe, "discriminator"):
        yield Remedy(
            tuple(f"{name}.lr={_fastest(recipe, 'discriminator'):g}" for name in _players(recipe, "generator")),
            "the generator runs ahead of D: give both the same rate",
        )
    else:
        yield Remedy(
            tuple(f"{name}.lr={_rate(recipe, name) / 2:g}" for name in _players(recipe, "generator")),
            "a slower generator lets D answer before it moves on",
        )
    yield Remedy((f"batch_size={recipe.batch_size * 2}",), "a larger batch shows D more of what is missing")


def _paired(recipe: Recipe) -> Remedy:
    """Offer R3GAN's game: pairs of real and fake, R1 and R2, one turn each, and nothing clipped."""
    settings = ["loss=relativistic", *_both_penalties(recipe)]
    if recipe.game.get("n_critic", 1) > 1:
        settings.append("n_critic=1")
    if recipe.game.get("clip"):
        quick = QUICK_OF_POINTS if len(recipe.data.shape) == 1 else QUICK
        settings += ["clip=0", "optimizer=adam", f"lr={quick:g}"]  # rates that suit clipping are too slow without
    return Remedy(tuple(settings), "every sample is compared with a real, by a smooth D (arXiv:2501.05441)")


def _overfitting(recipe: Recipe) -> Iterator[Remedy]:
    if not _penalised(recipe):
        why = "a strong penalty on D's gradient makes knowing single samples expensive; more data help most of all"
        yield _penalty(recipe, why, factor=STRONG)
    strong = tuple(f"{path}={max(10 * weight, STRONG * _gamma(recipe)):g}" for path, weight in _weights(recipe))
    yield Remedy(strong, "a much stronger penalty on D's gradient; more data help most of all")
    yield Remedy(_narrower(recipe, "discriminator"), "a smaller D has less room to learn data by heart")
    yield Remedy(_lower(recipe, "discriminator"), "a slower D needs longer to learn the data by heart")
    if recipe.steps and recipe.steps > 1:
        yield Remedy((f"steps={recipe.steps // 2}",), "stop before D knows the data; more data help most of all")


def _memorising(recipe: Recipe) -> Iterator[Remedy]:
    if recipe.steps and recipe.steps > 1:
        yield Remedy((f"steps={recipe.steps // 2}",), "stop earlier: copies come late; more data help most of all")
    yield from _overfitting(recipe)


def _starved(recipe: Recipe) -> Iterator[Remedy]:
    yield _paired(recipe)
    yield Remedy(("loss=non_saturating",), "this loss has its gradient where D is certain (arXiv:1406.2661, section 3)")
    if recipe.game.get("n_critic", 1) > 1 and recipe.game.get("loss") != "wasserstein":
        yield Remedy(("n_critic=1",), "D moves too often for one turn of the generator")
    if not _penalised(recipe):
        yield _penalty(recipe, "a penalty on D's gradient keeps it from being certain")
    if _fastest(recipe, "discriminator") > _fastest(recipe, "generator"):
        yield Remedy(
            tuple(f"{name}.lr={_fastest(recipe, 'discriminator'):g}" for name in _players(recipe, "generator")),
            "the generator is slower than D: give both the same rate",
        )
    else:
        yield Remedy(_lower(recipe, "discriminator"), "a slower D leaves the generator time")


def _oscillating(recipe: Recipe) -> Iterator[Remedy]:
    if not _penalised(recipe):
        yield _penalty(recipe, "with R1 the game spirals into its equilibrium instead of round it (arXiv:1801.04406)")
    yield from _stronger(recipe, 10, "a stronger penalty damps the swing")
    yield Remedy(_rates(recipe, 0.5), "smaller steps, smaller circles")
    yield Remedy(_without_momentum(recipe), "momentum feeds the swing: Adam with beta1 = 0")


def _not_learning(recipe: Recipe) -> Iterator[Remedy]:
    yield Remedy(_usual_rates(recipe), "rates at which these optimisers usually learn")
    if recipe.steps:
        yield Remedy((f"steps={recipe.steps * 4}",), "it may only need longer")


def _poor(recipe: Recipe) -> Iterator[Remedy]:
    yield _paired(recipe)
    if not _penalised(recipe):
        yield _penalty(recipe, "a smooth D shows the generator a way from wherever it stands")
    if recipe.steps:
        yield Remedy((f"steps={recipe.steps * 4}",), "it may only need longer")


def _with_usual(first: Remedy, recipe: Recipe) -> Remedy:
    """Return a remedy together with the system's own value of all that is far from it."""
    own = {setting.partition("=")[0] for setting in first.settings}
    more = tuple(setting for setting in _back_to_usual(recipe) if setting.partition("=")[0] not in own)
    if not more:
        return first
    return Remedy((*more, *first.settings), f"back to {recipe.system}'s own values where they are far off; {first.why}")


def _back_to_usual(recipe: Recipe) -> Iterator[str]:
    """Yield the system's own rate or weight where the recipe's is many times off, and a width that can learn."""
    from zerosum.game import Facts
    from zerosum.recipe.table import settings

    usual = settings(recipe.system, Facts(recipe.data.shape).kind)
    for name, own in recipe.players.items():
        rate = usual.get("players", {}).get(name, {}).get("lr")
        if rate and far(float(own["lr"]), rate):
            yield f"{name}.lr={rate:g}"
        if 0 < int(own.get("width") or 0) < NARROW:
            yield f"{name}.width={WIDTH}"
    known = usual.get("game", {}).get("penalties", {})
    for path, weight in _weights(recipe):
        _, name, field = path.split(".")
        if field in known.get(name, {}) and weight > FAR * known[name][field]:
            yield f"{path}={known[name][field]:g}"


def far(value: float, usual: float) -> bool:
    """Return whether a value is more than 8 times the usual one, or less than an eighth of it."""
    return not 1 / FAR <= value / usual <= FAR


def _too_early(recipe: Recipe) -> Iterator[Remedy]:
    if recipe.steps and recipe.steps < needed(recipe):
        yield Remedy((f"steps={needed(recipe)}",), "play until samples tell something")


OFFERS = {
    State.DIVERGING: _diverging,
    State.COLLAPSED: _collapsed,
    State.PARTLY_COLLAPSED: _collapsed,
    State.OVERFITTING: _overfitting,
    State.MEMORISING: _memorising,
    State.STARVED: _starved,
    State.OSCILLATING: _oscillating,
    State.NOT_LEARNING: _not_learning,
    State.POOR: _poor,
    State.TOO_EARLY: _too_early,
}


def _penalised(recipe: Recipe) -> bool:
    return bool(recipe.game.get("penalties"))


def _penalty(recipe: Recipe, why: str, *, factor: float = 1.0) -> Remedy:
    """Offer R1 with a weight that suits the data: modes of points are narrow, a gradient of 1 / sigma must be cheap."""
    settings = [f"penalties.r1.gamma={factor * _gamma(recipe):g}"]
    if recipe.game.get("clip"):
        settings.append("clip=0")
    return Remedy(tuple(settings), why)


def _gamma(recipe: Recipe) -> float:
    shape = recipe.data.shape
    if len(shape) == 1:
        return 0.01
    return 0.05 if max(shape[1:], default=64) <= 16 else 1.0


def _both_penalties(recipe: Recipe) -> tuple[str, ...]:
    known = recipe.game.get("penalties") or {}
    return tuple(f"penalties.{name}.gamma={_gamma(recipe):g}" for name in ("r1", "r2") if name not in known)


def _weights(recipe: Recipe) -> Iterator[tuple[str, float]]:
    """Yield the path and value of the weight of each penalty."""
    for name, options in (recipe.game.get("penalties") or {}).items():
        for weight in ("gamma", "gp_weight"):
            if weight in options:
                yield f"penalties.{name}.{weight}", float(options[weight])


def _stronger(recipe: Recipe, factor: float, why: str) -> Iterator[Remedy]:
    settings = tuple(f"{path}={value * factor or _gamma(recipe):g}" for path, value in _weights(recipe))
    if settings:
        yield Remedy(settings, why)


def _weaker_if_huge(recipe: Recipe) -> Iterator[Remedy]:
    huge = tuple(f"{path}=10" for path, value in _weights(recipe) if value > 100)
    if huge:
        yield Remedy(huge, "a penalty so strong makes D's steps overshoot")


def _players(recipe: Recipe, side: str) -> list[str]:
    """Return the players of a side by attribute path."""
    from zerosum.networks.table import SIDES
    from zerosum.recipe.schema import load
    from zerosum.recipe.table import system

    roles = load(system(recipe.system).game).roles
    return [name for name in recipe.players if SIDES.get(roles.get(name, "")) == side]


def _rate(recipe: Recipe, player: str) -> float:
    return float(recipe.players[player]["lr"])


def _fastest(recipe: Recipe, role: str) -> float:
    return max((_rate(recipe, name) for name in _players(recipe, role)), default=0.0)


def _rates(recipe: Recipe, factor: float) -> tuple[str, ...]:
    return tuple(f"{name}.lr={_rate(recipe, name) * factor:g}" for name in recipe.players)


def _lower(recipe: Recipe, role: str) -> tuple[str, ...]:
    return tuple(f"{name}.lr={_rate(recipe, name) / SLOWER:g}" for name in _players(recipe, role))


def _narrower(recipe: Recipe, role: str) -> tuple[str, ...]:
    wide = [name for name in _players(recipe, role) if int(recipe.players[name].get("width") or 0) > 16]
    return tuple(f"{name}.width={int(recipe.players[name]['width']) // 2}" for name in wide)


def _without_momentum(recipe: Recipe) -> tuple[str, ...]:
    settings = []
    for name, fields in recipe.players.items():
        if fields["optimizer"] in ("adam", "adamw") and fields["betas"][0] > 0:
            settings.append(f"{name}.betas=[0.0,{fields['betas'][1]:g}]")
        elif fields["optimizer"] in ("sgd", "rmsprop") and fields["momentum"] > 0:
            settings.append(f"{name}.momentum=0")
    return tuple(settings)


def _usual_rates(recipe: Recipe) -> tuple[str, ...]:
    usual = {"sgd": 0.02, "rmsprop": 5e-4}
    quick = QUICK_OF_POINTS if len(recipe.data.shape) == 1 else QUICK
    return tuple(f"{name}.lr={usual.get(fields['optimizer'], quick):g}" for name, fields in recipe.players.items())
