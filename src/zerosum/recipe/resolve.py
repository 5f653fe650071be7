"""From what a user says to a complete recipe: system or recipe file, facts of the data, and overrides."""

from collections.abc import Iterable
from typing import Any

from zerosum.core.registry import typed
from zerosum.errors import UserError
from zerosum.recipe import overrides
from zerosum.recipe.layers import settings
from zerosum.recipe.schema import Recipe, read_yaml, validate
from zerosum.recipe.shipped import recipe_file, shipped
from zerosum.recipe.table import REGISTRY, system
from zerosum.recipe.tree import merge

SUFFIXES = (".yaml", ".yml")


def named(system_or_file: str) -> tuple[str, dict[str, Any]]:
    """Return the name of the system and the user's own settings: nothing for a name, the content of a recipe file.

    Recipes that come with zerosum are found by name, see `shipped.recipe_file`; systems come first.

    Code that the words name, "package.module:Name", is trusted; what a file names somebody else may have written, so
    that needs the user's word, as in a run folder: see `core.registry`.

    Raises:
        UserError: no such system or file, or a file that names no system.
    """
    if not system_or_file.endswith(SUFFIXES) and (REGISTRY.has(system_or_file) or system_or_file not in shipped()):
        typed(system_or_file)
        system(system_or_file)
        return system_or_file, {}
    tree = read_yaml(recipe_file(system_or_file))
    if not isinstance(tree.get("system"), str):
        raise UserError(f"{system_or_file} names no system: add a line such as `system: r1gan`")
    system(tree["system"])
    tree.pop("zerosum", None)
    return tree["system"], tree


def resolve(
    name: str,
    own: dict[str, Any],
    data: dict[str, Any],
    kind: str,
    settings_: Iterable[str] = (),
    *,
    published: bool = False,
    **options: Any,
) -> Recipe:
    """Return the complete recipe of a run.

    Args:
        name: of the system.
        own: the user's recipe file.
        data: fields of `schema.Data`, as found.
        kind: of the data: points, tiny or image.
        settings_: overrides, "path=value".
        published: whether to begin with the paper's own values instead of the tuned ones.
        options: top-level fields that have a command-line option of their own; None is not given.

    Raises:
        UserError: the first thing that is wrong, in one line.
    """
    usual = settings(name, kind, published=published)
    minutes = usual.pop("minutes")  # of a run that is given no end
    tree = merge(usual, own) | {"system": name, "data": data}
    if options.get("minutes") is not None and options.get("steps") is None:
        tree |= {"steps": None, "cpu_minutes": None}
    tree |= {key: value for key, value in options.items() if value is not None}
    recipe = validate(tree)
    for assignment in settings_:
        key, value = overrides.parse(assignment)
        recipe = validate(overrides.apply(recipe.model_dump(mode="json"), key, value))
    endless = (recipe.steps, recipe.minutes, recipe.cpu_minutes) == (None, None, None)
    return recipe.model_copy(update={"minutes": float(minutes)}) if endless else recipe
