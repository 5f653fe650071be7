"""The pairs that the benchmarks name are those that they measure."""

import limit
import pytest
from rivals.ours import TUTORIAL

import penalties
from zerosum.recipe.resolve import resolve

DATA = {"source": "x", "name": "x", "shape": (1, 28, 28), "classes": ()}
ALL = {f"limit: {name}": (name, settings) for name, settings in limit.PAIRS.items()}
ALL |= {f"penalties: {name}": (name, entry[0]) for name, entry in penalties.PAIRS.items()}


@pytest.mark.parametrize("case", ALL)
def test_a_pair_is_what_its_name_says(case):
    name, settings = ALL[case]
    recipe = resolve("dcgan", {}, DATA, "image", settings)
    networks = {fields["network"] for fields in recipe.players.values()}
    if name == "the tutorials' pair":
        assert (networks, recipe.batch_size) == ({"tutorial"}, 128)
    else:
        network, width, batch = name.split(", ")
        assert networks == {network}
        assert {fields["width"] for fields in recipe.players.values()} == {int(width.removeprefix("width "))}
        assert recipe.batch_size == int(batch.removeprefix("batch "))


def test_the_tutorials_rule():
    recipe = resolve("dcgan", {}, DATA, "image", TUTORIAL)
    assert recipe.game["latent"] == 100
    assert {(fields["lr"], tuple(fields["betas"])) for fields in recipe.players.values()} == {(2e-4, (0.5, 0.999))}


@pytest.mark.parametrize("name", penalties.PENALTIES)
def test_a_penalty_s_setting_is_what_the_table_says(name):
    recipe = resolve("dcgan", {}, DATA, "image", [penalties.setting(name)])
    found = recipe.game["penalties"]
    assert found.keys() == penalties.PENALTIES[name].keys()
    for kind, options in penalties.PENALTIES[name].items():
        assert {key: found[kind][key] for key in options} == options
