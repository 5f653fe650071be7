"""What to try against each state: exact words for `--set` that are valid for the recipe at hand, likeliest first."""

from collections.abc import Iterator

from zerosum.errors import UserError
from zerosum.judge import settings
from zerosum.judge.age import needed, sees
from zerosum.judge.verdict import Remedy, State
from zerosum.recipe import overrides
from zerosum.recipe.schema import Recipe, validate

LONGER = 4
STRONG = 100.0
"""Where single samples are known by heart, R1 needs this many times its usual weight to be felt."""
OPTIONS: dict[str, tuple[tuple[str, bool], ...]] = {"--crops": (("crops", True),)}
"""The options of `zerosum train` that remedies name, and what each changes in a recipe's data."""


def remedies(state: State, recipe: Recipe) -> tuple[Remedy, ...]:
    """Return what to try, ranked; settings that this recipe does not know, or that change nothing, are left out."""
    offered = list(OFFERS.get(state, _nothing)(recipe))
    if offered and state is not State.TOO_EARLY:
        offered.insert(0, _with_usual(offered[0], recipe))
    unique = {(remedy.settings, remedy.options): remedy for remedy in reversed(offered) if changes(remedy, recipe)}
    return tuple(reversed(unique.values()))


def changes(remedy: Remedy, recipe: Recipe) -> bool:
    """Return whether a remedy is valid for a recipe and makes another one of it."""
    return bool(remedy.settings or remedy.options) and applied(remedy, recipe) not in (None, recipe)


def applied(remedy: Remedy, recipe: Recipe) -> Recipe | None:
    """Return the recipe with a remedy's options and settings, as the command would; None where they are not valid."""
    data = recipe.data.model_copy(update={name: value for word in remedy.options for name, value in OPTIONS[word]})
    changed = recipe.model_copy(update={"data": data})
    try:
        for setting in remedy.settings:
            changed = validate(overrides.apply(changed.model_dump(mode="json"), *overrides.parse(setting)))
    except UserError:
        return None
    return changed


def _nothing(recipe: Recipe) -> Iterator[Remedy]:
    yield from ()


def _diverging(recipe: Recipe) -> Iterator[Remedy]:
    if recipe.game.get("loss") == "wasserstein":
        yield _paired(recipe)
    if not settings.penalised(recipe):
        yield settings.penalty(recipe, "a penalty on D's gradient keeps its answers in bounds (arXiv:1801.04406)")
    yield Remedy(settings.rates(recipe, 1 / settings.SLOWER), f"a {settings.SLOWER} times lower rate for every player")
    yield from settings.stronger(recipe, 10, "a stronger penalty on D's gradient")
    yield from settings.weaker_if_huge(recipe)
    yield Remedy(("clip_gradient=1",), "bounds the steps that a single batch can cause")


def _collapsed(recipe: Recipe) -> Iterator[Remedy]:
    yield _paired(recipe)
    if not settings.penalised(recipe):
        yield settings.penalty(recipe, "with a flat D near the data, a generator gains nothing by leaving modes")
    if settings.fastest(recipe, "generator") > settings.fastest(recipe, "discriminator"):
        yield Remedy(
            tuple(
                f"{name}.lr={settings.fastest(recipe, 'discriminator'):g}"
                for name in settings.players(recipe, "generator")
            ),
            "the generator runs ahead of D: give both the same rate",
        )
    else:
        yield Remedy(
            tuple(f"{name}.lr={settings.rate(recipe, name) / 2:g}" for name in settings.players(recipe, "generator")),
            "a slower generator lets D answer before it moves on",
        )
    yield Remedy((f"batch_size={recipe.batch_size * 2}",), "a larger batch shows D more of what is missing")


def _partly_collapsed(recipe: Recipe) -> Iterator[Remedy]:
    if sees(recipe):
        yield from _longer(recipe)
    yield from _collapsed(recipe)


def _longer(recipe: Recipe) -> Iterator[Remedy]:
    """Offer four times the budget, whatever it is in."""
    budgets = (name for name in ("steps", "minutes", "cpu_minutes") if getattr(recipe, name))
    yield Remedy(tuple(f"{name}={LONGER * getattr(recipe, name):g}" for name in budgets), "it may only need longer")


def _paired(recipe: Recipe) -> Remedy:
    """Offer R3GAN's game: pairs of real and fake, R1 and R2, one turn each, and nothing clipped."""
    words = ["loss=relativistic", *settings.both_penalties(recipe)]
    if recipe.game.get("n_critic", 1) > 1:
        words.append("n_critic=1")
    if recipe.game.get("clip"):
        words.append("clip=0")
    if recipe.game.get("loss") == "wasserstein":
        words += [
            "optimizer=adam",
            f"lr={settings.quick(recipe):g}",
        ]  # the rates of a clipped critic are too slow for any other
    return Remedy(tuple(words), "every sample is compared with a real, by a smooth D (arXiv:2501.05441)")


def _overfitting(recipe: Recipe) -> Iterator[Remedy]:
    if not settings.penalised(recipe):
        why = "a strong penalty on D's gradient makes knowing single samples expensive; more data help most of all"
        yield settings.penalty(recipe, why, factor=STRONG)
    strong = tuple(
        f"{path}={max(10 * weight, STRONG * settings.gamma(recipe)):g}" for path, weight in settings.weights(recipe)
    )
    yield Remedy(strong, "a much stronger penalty on D's gradient; more data help most of all")
    yield Remedy(settings.narrower(recipe, "discriminator"), "a smaller D has less room to learn data by heart")
    yield Remedy(settings.lower(recipe, "discriminator"), "a slower D needs longer to learn the data by heart")
    if recipe.steps and recipe.steps > 1:
        yield Remedy((f"steps={recipe.steps // 2}",), "stop before D knows the data; more data help most of all")


def _learnt_pairs(recipe: Recipe) -> Iterator[Remedy]:
    if recipe.data.paired and not recipe.data.crops:
        new = "crops and mirror images are new pairs to learn from; leave it where left and right matter"
        yield Remedy((), new, options=("--crops",))
    yield Remedy(
        settings.narrower(recipe, "generator"), "a smaller generator has less room for pairs; more pairs help most"
    )
    why = "stop earlier: pairs are learned by heart late"
    if recipe.steps and recipe.steps > 1:
        yield Remedy((f"steps={recipe.steps // 2}",), why)
    elif recipe.minutes:
        yield Remedy((f"minutes={recipe.minutes / 2:g}",), why)


def _memorising(recipe: Recipe) -> Iterator[Remedy]:
    """No setting rescued a generator that knew ten images; what hinders D from knowing them is tried all the same."""
    yield from _overfitting(recipe)


def _starved(recipe: Recipe) -> Iterator[Remedy]:
    yield _paired(recipe)
    yield Remedy(("loss=non_saturating",), "this loss has its gradient where D is certain (arXiv:1406.2661, section 3)")
    if recipe.game.get("n_critic", 1) > 1 and recipe.game.get("loss") != "wasserstein":
        yield Remedy(("n_critic=1",), "D moves too often for one turn of the generator")
    if not settings.penalised(recipe):
        yield settings.penalty(recipe, "a penalty on D's gradient keeps it from being certain")
    if settings.fastest(recipe, "discriminator") > settings.fastest(recipe, "generator"):
        yield Remedy(
            tuple(
                f"{name}.lr={settings.fastest(recipe, 'discriminator'):g}"
                for name in settings.players(recipe, "generator")
            ),
            "the generator is slower than D: give both the same rate",
        )
    else:
        yield Remedy(settings.lower(recipe, "discriminator"), "a slower D leaves the generator time")


def _oscillating(recipe: Recipe) -> Iterator[Remedy]:
    paired = _paired(recipe)
    yield Remedy((*paired.settings, *settings.without_momentum(recipe)), f"{paired.why}; momentum feeds the swing")
    if not settings.penalised(recipe):
        yield settings.penalty(
            recipe, "with R1 the game spirals into its equilibrium instead of round it (arXiv:1801.04406)"
        )
    yield from settings.stronger(recipe, 10, "a stronger penalty damps the swing")
    yield Remedy(settings.rates(recipe, 0.5), "smaller steps, smaller circles")
    yield Remedy(settings.without_momentum(recipe), "momentum feeds the swing: Adam with beta1 = 0")


def _not_learning(recipe: Recipe) -> Iterator[Remedy]:
    yield Remedy(settings.usual_rates(recipe), "rates at which these optimisers usually learn")
    yield from _longer(recipe)


def _poor(recipe: Recipe) -> Iterator[Remedy]:
    if sees(recipe):
        yield from _longer(recipe)
    yield _brisk(_paired(recipe), recipe)
    if not settings.penalised(recipe):
        yield settings.penalty(recipe, "a smooth D shows the generator a way from wherever it stands")
    yield from _longer(recipe)


def _brisk(remedy: Remedy, recipe: Recipe) -> Remedy:
    """Return a remedy with a rate at which so many rounds get somewhere, where all players are slower."""
    quick = settings.quick(recipe)
    fastest = max((settings.rate(recipe, name) for name in recipe.players), default=quick)
    if fastest >= quick or any(word.startswith("lr=") for word in remedy.settings):
        return remedy
    return Remedy((*remedy.settings, f"lr={quick:g}"), f"{remedy.why}; and at a rate that gets there in time")


def _with_usual(first: Remedy, recipe: Recipe) -> Remedy:
    """Return a remedy together with the system's own value of all that is far from it."""
    own = {setting.partition("=")[0] for setting in first.settings}
    if "lr" in own:
        own |= {f"{name}.lr" for name in recipe.players}
    # Pairs with both penalties bear a quicker rate than the papers', which are for days.
    least = settings.quick(recipe) if "loss=relativistic" in first.settings else 0.0
    usual = settings.back_to_usual(recipe, least=least)
    more = tuple(setting for setting in usual if setting.partition("=")[0] not in own)
    if not more:
        return first
    why = f"back to {recipe.system}'s own values where they are far off; {first.why}"
    return Remedy((*more, *first.settings), why, first.options)


def _too_early(recipe: Recipe) -> Iterator[Remedy]:
    if recipe.steps and recipe.steps < needed(recipe):
        yield Remedy((f"steps={needed(recipe)}",), "play until samples tell something")


OFFERS = {
    State.DIVERGING: _diverging,
    State.COLLAPSED: _collapsed,
    State.PARTLY_COLLAPSED: _partly_collapsed,
    State.LEARNT_PAIRS: _learnt_pairs,
    State.OVERFITTING: _overfitting,
    State.MEMORISING: _memorising,
    State.STARVED: _starved,
    State.OSCILLATING: _oscillating,
    State.NOT_LEARNING: _not_learning,
    State.POOR: _poor,
    State.TOO_EARLY: _too_early,
}
