"""The table of named systems: each is complete for every kind of data, documented, and free of torch."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tiny import of_images, of_tables, recipe, translates, writes
from zerosum.core.forms import Dice, Given, Latent
from zerosum.core.game import Facts
from zerosum.core.importing import load
from zerosum.errors import UserError
from zerosum.kinds.table_rows.column import Column
from zerosum.kinds.table_rows.columns import Columns
from zerosum.recipe.build import build_game
from zerosum.recipe.defaults import DEFAULTS
from zerosum.recipe.layers import settings
from zerosum.recipe.resolve import named, resolve
from zerosum.recipe.table import SYSTEMS, system
from zerosum.recipe.tree import merge

DOCS = Path(__file__).parents[2] / "docs" / "systems"
SHAPES = {Facts(shape).kind: shape for shape in ((1,), (2,), (1, 8, 8), (3, 32, 32))}
SHAPES[Facts((3, 32, 32), restored=True).kind] = (3, 32, 32)
AGE = Column("age", "integer", decimals=0, low=0.0, high=9.0, encoding="quantile", knots=(0.0, 9.0), scores=(-1.0, 1.0))
JOB = Column("job", "category", categories=("clerk", "smith", "king"), counts=(5, 3, 2), grouped=3)
TABLE = Columns((AGE, JOB)).spec
SHAPES["table"] = TABLE.shape
SHAPES["text"] = (12,)
RECORDED = {
    "text": {"kind": "text", "facts": {"tokens": "byte", "vocabulary": 256}},
    "table": {"kind": "table", "facts": dict(TABLE.facts)},
}
EACH = pytest.mark.parametrize(
    "name, kind", [(name, kind) for name, entry in SYSTEMS.items() for kind in entry.defaults]
)
"""Every system with every kind of data that it is for."""


def data(kind, translated=False):
    points = {"center": (0.0,), "scale": (1.0,)} if len(SHAPES[kind]) == 1 else {}
    own = RECORDED.get(kind, points)
    if translated:
        own |= {"source_shape": SHAPES[kind], "paired": True}
    return {"source": "x", "name": "x", "shape": SHAPES[kind], "classes": ("a", "b"), **own}


def test_there_are_defaults_for_every_kind_of_data():
    assert set(SHAPES) == {kind for entry in SYSTEMS.values() for kind in entry.defaults}
    every = {name for name in SYSTEMS if not translates(name) and not of_tables(name) and not writes(name)}
    assert all(set(SYSTEMS[name].defaults) == set(DEFAULTS) for name in every)
    assert {"points", "tiny", "image"} <= set(SHAPES)


@EACH
def test_every_system_is_complete_for_every_kind_of_data(name, kind):
    made = resolve(name, {}, data(kind), kind)
    assert (made.steps, made.cpu_minutes) == (None, None)
    assert made.minutes in (1, 2, 5, 10)
    assert made.players.keys() == load(system(name).game).roles.keys()
    assert all({"network", "optimizer", "lr"} <= fields.keys() for fields in made.players.values())
    sizes = ("width", "hidden")
    width = [f"{player}.{size}=4" for player, fields in made.players.items() for size in sizes if size in fields]
    small = resolve(name, {}, data(kind, translates(name)), kind, width)
    if of_images(name) and len(SHAPES[kind]) == 1:
        with pytest.raises(UserError, match="points"):
            build_game(small)
    else:
        first = Given if translates(name) else Dice if writes(name) else Latent
        assert isinstance(build_game(small).controls[0].form, first)


@pytest.mark.parametrize("name", [name for name in SYSTEMS if translates(name)])
def test_a_system_that_translates_says_what_it_needs(name):
    with pytest.raises(UserError, match=f"{name} translates images: give --target or --pairs"):
        build_game(resolve(name, {}, data("tiny"), "tiny"))


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_has_one_line_and_its_source(name):
    assert "\n" not in SYSTEMS[name].line
    assert re.search(r"arXiv:\d{4}\.\d{4,5}", SYSTEMS[name].source)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_system_has_a_page(name):
    page = DOCS / f"{name}.md"
    assert page.is_file(), f"write docs/systems/{name}.md"
    assert re.search(r"arXiv:\d{4}\.\d{4,5}", SYSTEMS[name].source).group() in page.read_text()


def test_every_page_is_of_a_system():
    assert {path.stem for path in DOCS.glob("*.md")} - {"index", "README"} == set(SYSTEMS)


@pytest.mark.parametrize(
    "name, value",
    [
        ("gan", {"optimizer": "sgd", "momentum": 0.5}),
        ("dcgan", {"optimizer": "adam", "lr": 2e-4, "betas": [0.5, 0.999]}),
        ("wgan", {"optimizer": "rmsprop", "lr": 5e-5}),
        ("wgan-gp", {"optimizer": "adam", "lr": 1e-4, "betas": [0.0, 0.9]}),
    ],
)
def test_papers_values_for_images(name, value):
    made = resolve(name, {}, data("image"), "image", published=True)
    for fields in made.players.values():
        assert {key: fields[key] for key in value} == value


def test_what_makes_each_system():
    names = [name for name in SYSTEMS if not of_tables(name) and not writes(name)]
    games = {name: resolve(name, {}, data("image"), "image", published=True).game for name in names}
    assert (games["wgan"]["clip"], games["wgan"]["n_critic"], games["wgan"]["loss"]) == (0.01, 5, "wasserstein")
    assert games["wgan-gp"]["penalties"] == {"one_centered": {"every": 1, "gp_weight": 10.0}}
    assert games["cgan"]["conditioning"] == "concatenation"
    assert games["lsgan"]["loss"] == "least_squares"
    assert games["sngan"]["loss"] == "hinge"
    assert set(games["r3gan"]["penalties"]) == {"r1", "r2"}
    assert games["r3gan"]["loss"] == "relativistic"
    assert set(games["r1gan"]["penalties"]) == {"r1"}
    assert set(games["dragan"]["penalties"]) == {"local"}
    assert games["acgan"]["conditioning"] == "auxiliary"
    assert games["pacgan"]["pack"] == 2
    assert (games["lapgan"]["octaves"], games["unrolled"]["unrolled"]) == (3, 5)
    assert "regression_weight" in games["bigan"]
    assert games["pix2pix"]["l1_weight"] == 100
    assert (games["cyclegan"]["cycle_weight"], games["cyclegan"]["pool"]) == (10, 50)
    assert (games["cyclegan"]["loss"], games["inpainting"]["loss"]) == ("least_squares", "hinge")
    assert (games["cut"]["nce_weight"], games["cut"]["identity_weight"], games["cut"]["temperature"]) == (1, 1, 0.07)
    assert (games["infogan"]["categories"], games["infogan"]["continuous"]) == ([10], 2)
    assert resolve("sngan", {}, data("image"), "image").players["discriminator"]["spectral_norm"] is True


def test_what_makes_systems_of_tables():
    made = {name: resolve(name, {}, data("table"), "table") for name in SYSTEMS if of_tables(name)}
    ctgan, modern = made["ctgan"], made["tablegan-modern"]
    assert (ctgan.game["pack"], ctgan.game["loss"], ctgan.batch_size) == (10, "wasserstein", 500)
    assert ctgan.game["penalties"] == {"one_centered": {"every": 1, "gp_weight": 10.0}}
    assert (ctgan.players["generator"]["network"], ctgan.players["generator"]["weight_decay"]) == ("dense", 1e-6)
    assert (ctgan.players["discriminator"]["dropout"], ctgan.schedule) == (0.5, "constant")
    assert (modern.game["pack"], modern.game["loss"], set(modern.game["penalties"])) == (
        1,
        "relativistic",
        {"r1", "r2"},
    )
    assert [SYSTEMS[name].data.get("encoding") for name in ("ctgan", "tablegan-modern")] == ["mixture", "quantile"]


def test_a_system_of_tables_refuses_other_data():
    with pytest.raises(UserError, match=r"ctgan is not for such data \(tiny\), but for table"):
        settings("ctgan", "tiny")


def test_an_unknown_system_is_named_with_the_nearest():
    with pytest.raises(UserError, match="no system 'wgangp'; did you mean 'wgan-gp'"):
        system("wgangp")


def test_merging_goes_mapping_by_mapping_but_replaces_penalties():
    base = {"a": 1, "game": {"latent": 8, "penalties": {"r1": {"gamma": 1}}}}
    over = {"game": {"penalties": {"r2": {}}}, "b": 2}
    assert merge(base, over) == {"a": 1, "b": 2, "game": {"latent": 8, "penalties": {"r2": {}}}}
    assert base["game"]["penalties"] == {"r1": {"gamma": 1}}


def test_another_network_starts_afresh_but_for_the_optimiser():
    base = {"network": "mlp", "width": 256, "lr": 0.1}
    assert merge(base, {"network": "dcgan", "kernel": 5}) == {"network": "dcgan", "kernel": 5, "lr": 0.1}


def test_later_layers_win():
    own = {"batch_size": 7, "players": {"generator": {"width": 3}}}
    made = resolve("gan", own, data("tiny"), "tiny", ["generator.width=5", "lr=0.3"], steps=9, seed=None)
    assert (made.batch_size, made.steps, made.seed) == (7, 9, 0)
    assert made.players["generator"]["width"] == 5
    assert {fields["lr"] for fields in made.players.values()} == {0.3}


def test_minutes_alone_take_the_place_of_the_default_rounds():
    assert resolve("gan", {}, data("tiny"), "tiny", minutes=3.0).steps is None
    both = resolve("gan", {}, data("tiny"), "tiny", minutes=3.0, steps=5)
    assert (both.steps, both.minutes) == (5, 3.0)


def test_minutes_take_the_place_of_a_recipe_files_cpu_minutes_and_a_setting_wins():
    longer = resolve("gan", {"cpu_minutes": 1.0}, data("tiny"), "tiny", minutes=3.0)
    assert (longer.minutes, longer.cpu_minutes) == (3.0, None)
    both = resolve("gan", {"cpu_minutes": 1.0}, data("tiny"), "tiny", ["cpu_minutes=2"], minutes=3.0)
    assert (both.minutes, both.cpu_minutes) == (3.0, 2.0)


def test_a_recipe_file_names_its_system(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(recipe("wgan").to_yaml())
    name, own = named(str(path))
    assert name == "wgan"
    assert "zerosum" not in own
    path.write_text("steps: 5")
    with pytest.raises(UserError, match=r"names no system: add a line such as `system: r1gan`"):
        named(str(path))
    with pytest.raises(UserError, match="cannot read the recipe"):
        named(str(tmp_path / "none.yaml"))


def test_changing_a_tree_does_not_change_the_table():
    settings("gan", "tiny")["game"]["loss"] = "hinge"
    assert settings("gan", "tiny")["game"]["loss"] != "hinge"


def test_the_table_is_read_without_torch():
    code = (
        "import sys, zerosum.recipe.layers as layers; layers.settings('gan', 'image'); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@EACH
def test_tuning_leaves_the_rule_to_the_paper(name, kind):
    tuned, published = (resolve(name, {}, data(kind), kind, published=way).game for way in (False, True))
    for option in ("loss", "conditioning", "pack", "categories", "continuous", "l1_weight"):
        assert tuned.get(option) == published.get(option)
    # The two that play the value function without a cure fall onto one digit, or diverge, at rates for minutes.
    if (name, kind) not in [("gan", "image"), ("unrolled", "image")] and name != "wgan":
        assert set(tuned.get("penalties", ())) == set(published.get("penalties", ()))


@pytest.mark.parametrize("name", ["gan", "dcgan", "cgan", "lsgan", "pacgan", "unrolled"])
def test_games_without_a_penalty_are_tuned_without_momentum(name):
    made = resolve(name, {}, data("tiny"), "tiny")
    assert all(fields["betas"][0] == 0 for fields in made.players.values())
    assert all(fields["lr"] == 2e-3 for fields in made.players.values())


def test_a_run_without_a_budget_has_minutes_and_one_that_is_given_takes_their_place():
    def budget(*settings, own=None, **given):
        made = resolve("r1gan", own or {}, data("image"), "image", settings, **given)
        return made.steps, made.minutes, made.cpu_minutes

    assert budget() == (None, 10, None)
    assert budget(steps=5) == (5, None, None)
    assert budget("steps=5") == (5, None, None)
    assert budget("cpu_minutes=2") == (None, None, 2)
    assert budget(own={"cpu_minutes": 3}) == (None, None, 3)
    assert budget(own={"steps": 7}, minutes=2) == (None, 2, None)
    assert budget("steps=null", own={"steps": 7}) == (None, 10, None)
