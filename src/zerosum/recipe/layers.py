"""The layers below a user's own settings, later ones over earlier ones. Free of torch.

`defaults` of the kind of data, or what the system's entry has in their place; the entry's `settings` and, of images,
`image`; and what `tuning` has for the kind of data and the system, unless a run is to be played as published.
"""

from collections.abc import Mapping

from zerosum.errors import UserError
from zerosum.networks.table import SIDES
from zerosum.options import options_model
from zerosum.recipe.defaults import DEFAULTS
from zerosum.recipe.table import System, game_of, system
from zerosum.recipe.tree import Tree, merge
from zerosum.recipe.tuning import COMMON, OWN, Tuning

CASES = {"line": "points", "table": "points", "restored": "image"}
"""Kinds of data that are tuned as others are, where they have no tuning of their own."""
OF_IMAGES = ("tiny", "image", "restored")
"""Those that get what a system has for images."""


def settings(name: str, kind: str, *, published: bool = False) -> Tree:
    """Return the tree of a named system for a kind of data (`game.Facts.kind`), before the user's own settings.

    With `published`, the paper's own values instead of the tuned ones.

    Raises:
        UserError: the system is not for such data.
    """
    entry = system(name)
    tree = _layered(name, entry, kind, published)
    return adapted(tree, name) if entry.adapts else tree


def _layered(name: str, entry: System, kind: str, published: bool) -> Tree:
    if kind not in entry.defaults:
        raise UserError(f"{name} is not for such data ({kind}), but for {', '.join(entry.defaults)}: train r1gan, say")
    tree = merge(entry.defaults[kind], entry.settings)
    if kind in OF_IMAGES:
        tree = merge(tree, entry.image)
    if published:
        return tree
    return tuned(tuned(tree, nearest(entry.common, kind)), nearest(OWN.get(name, {}), kind))


def adapted(tree: Tree, name: str) -> Tree:
    """Return of a tree what a game knows that nobody has tuned: its own options, and its players by their sides."""
    game = game_of(name)
    options = options_model(game).model_fields
    usual = {
        player: tree["players"].get(player) or tree["players"].get(SIDES.get(role, ""))
        for player, role in game.roles.items()
    }
    return tree | {
        "game": {option: value for option, value in tree.get("game", {}).items() if option in options},
        "players": {player: fields for player, fields in usual.items() if fields},
    }


def nearest(tunings: Mapping[str, Tuning], kind: str) -> Tuning | None:
    """Return the tuning for a kind of data, or for the kind that it is a case of; None where there is neither."""
    return tunings.get(kind, tunings.get(CASES.get(kind, kind)))


def usual(kind: str, *, published: bool = False) -> Tree:
    """Return what systems that make images of their own, or points, have in common, tuned or not."""
    return DEFAULTS[kind] if published else tuned(DEFAULTS[kind], COMMON.get(kind))


def tuned(tree: Tree, tuning: Tuning | None) -> Tree:
    """Return a tree with a tuning over it, if there is one."""
    if tuning is None:
        return tree
    tree = merge(tree, {"players": dict.fromkeys(tree["players"], tuning.player)})
    return merge(tree, tuning.run)
