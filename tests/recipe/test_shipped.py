"""Recipes that come with zerosum are found by name, wherever a command runs."""

from pathlib import Path

import pytest

from zerosum.errors import UserError
from zerosum.recipe.resolve import named
from zerosum.recipe.shipped import recipe_file, shipped


def test_all_are_found_by_name_from_every_folder(in_tmp):
    assert {"mnist", "pix2pix-edges", "style"} <= shipped().keys()
    for name, path in shipped().items():
        for words in (f"recipes/{name}.yaml", f"{name}.yaml"):
            assert recipe_file(words) == path
            assert named(words)[0] == named(str(path))[0]
    assert named("pix2pix-edges") == named("recipes/pix2pix-edges.yaml")
    assert named("pix2pix-edges")[0] == "pix2pix"
    assert named("inpainting") == ("inpainting", {}), "a system comes first"


def test_what_lies_there_comes_first_and_other_places_are_not_ours(in_tmp):
    Path("recipes").mkdir()
    Path("recipes/mnist.yaml").write_text("system: dcgan")
    assert named("recipes/mnist.yaml") == ("dcgan", {"system": "dcgan"})
    assert named("mnist.yaml")[0] != "dcgan"
    for words in ("other/mnist.yaml", "recipes/none.yaml", "none.yaml"):
        with pytest.raises(UserError, match="cannot read the recipe"):
            named(words)
    with pytest.raises(UserError, match="pix2pix-edge"):
        named("pix2pix-edge")


def test_the_commands_take_them(command, in_tmp):
    code, told, _ = command("train", "recipes/digits.yaml", "--dry-run")
    assert code == 0
    assert command("train", "digits.yaml", "--dry-run")[1] == told.replace("recipes/digits.yaml", "digits.yaml")
