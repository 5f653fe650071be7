"""The recipes that come with zerosum, found by name wherever a command runs."""

from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "recipes", PACKAGE.parents[1] / "recipes")
"""Where they lie in an installed package, and in a checkout of the sources."""


@cache
def shipped() -> dict[str, Path]:
    """Return the recipe files by name, as `pix2pix-edges`."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    return {} if folder is None else {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def recipe_file(words: str) -> Path:
    """Return the recipe file that a user named: what lies there, else the one shipped under this name.

    A shipped one is called `pix2pix-edges`, `pix2pix-edges.yaml` or, as in the documentation,
    `recipes/pix2pix-edges.yaml`.
    """
    path = Path(words).expanduser()
    ours = shipped().get(path.stem if path.suffix == ".yaml" else path.name)
    by_name = path.parent in (Path(), Path("recipes"))
    return ours if ours is not None and by_name and not path.exists() else path
