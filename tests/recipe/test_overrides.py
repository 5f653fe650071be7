"""`--set path=value`: how values are read and which entries a path names."""

import pytest
import yaml

from tiny import recipe
from zerosum.errors import UserError
from zerosum.recipe import overrides
from zerosum.recipe.schema import OPTIMIZER_FIELDS, Recipe, read_yaml, validate

TREE = {
    "system": "gan",
    "batch_size": 8,
    "data": {"name": "digits", "size": None},
    "game": {"n_critic": 1, "penalties": {"r1": {"gamma": 1.0, "every": 1}}},
    "players": {
        "generator": {"network": "mlp", "width": 4, "lr": 0.1, "optimizer": "adam"},
        "discriminator": {"network": "mlp", "width": 4, "lr": 0.2, "optimizer": "adam"},
    },
}


@pytest.mark.parametrize(
    "assignment, path, value",
    [
        ("lr=1e-3", ("lr",), 0.001),
        ("lr=.5", ("lr",), 0.5),
        ("a.b=3", ("a", "b"), 3),
        ("a = true", ("a",), True),
        ("a=null", ("a",), None),
        ("a=", ("a",), None),
        ("betas=[0.5, 0.9]", ("betas",), [0.5, 0.9]),
        ("penalties={r1: {gamma: 2}}", ("penalties",), {"r1": {"gamma": 2}}),
        ("loss=hinge", ("loss",), "hinge"),
        ("a=b=c", ("a",), "b=c"),
    ],
)
def test_values_are_read_as_a_person_means_them(assignment, path, value):
    assert overrides.parse(assignment) == (path, value)


@pytest.mark.parametrize("assignment", ["lr", "=3", " =3", ""])
def test_what_is_no_assignment_is_refused_with_an_example(assignment):
    with pytest.raises(UserError, match=r"write path=value, for example --set generator.lr=1e-3"):
        overrides.parse(assignment)


def test_what_is_no_yaml_is_refused():
    with pytest.raises(UserError, match="not readable YAML"):
        overrides.parse("lr=[1,")


def changed(key, value):
    """What an override changes, as {path: new value}."""
    before, after = dict(leaves(TREE)), dict(leaves(overrides.apply(TREE, tuple(key.split(".")), value)))
    return {path: after[path] for path in after if after[path] != before.get(path)}


def leaves(tree, prefix=""):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@pytest.mark.parametrize(
    "key, paths",
    [
        ("batch_size", ["batch_size"]),
        ("n_critic", ["game.n_critic"]),
        ("width", ["players.generator.width", "players.discriminator.width"]),
        ("generator.width", ["players.generator.width"]),
        ("players.generator.width", ["players.generator.width"]),
        ("lr", ["players.generator.lr", "players.discriminator.lr"]),
        ("gamma", ["game.penalties.r1.gamma"]),
        ("r1.gamma", ["game.penalties.r1.gamma"]),
        ("penalties.r1.gamma", ["game.penalties.r1.gamma"]),
        ("penalties.fd_r1.gamma", ["game.penalties.fd_r1.gamma"]),
        ("game.penalties.local.gp_weight", ["game.penalties.local.gp_weight"]),
    ],
)
def test_a_path_names_all_entries_it_is_a_selection_of(key, paths):
    assert changed(key, 77) == dict.fromkeys(paths, 77)


def test_the_tree_given_is_not_changed():
    before = yaml.safe_dump(TREE)
    overrides.apply(TREE, ("lr",), 5)
    assert yaml.safe_dump(TREE) == before


def test_another_network_drops_the_old_ones_options_and_keeps_the_optimiser():
    tree = overrides.apply(TREE, ("generator", "network"), "small")
    assert tree["players"]["generator"] == {"network": "small", "lr": 0.1, "optimizer": "adam"}
    assert tree["players"]["discriminator"] == TREE["players"]["discriminator"]


def test_the_same_network_keeps_everything():
    assert overrides.apply(TREE, ("network",), "mlp") == TREE


@pytest.mark.parametrize(
    "key, message",
    [
        ("widht", "did you mean 'width'"),
        ("generatr.width", "did you mean 'players.generator.width'"),
        ("generator.n_critic", "did you mean 'game.n_critic'"),
        ("lr.width", "no such option"),
        ("qqqq", "known: batch_size, discriminator, every"),
        ("data.size", "recorded, not set: choose data with --data, --size and --channels"),
        ("size", "recorded, not set"),
        ("system", "recorded, not set"),
    ],
)
def test_an_unknown_path_is_named_with_the_nearest(key, message):
    with pytest.raises(UserError, match=f"--set {key}: .*{message}"):
        overrides.apply(TREE, tuple(key.split(".")), 1)


def test_every_option_of_a_recipe_can_be_set_by_its_full_path_and_named_by_a_typo():
    tree = recipe("r1gan").model_dump(mode="json")
    for path in overrides.entries(tree):
        if path[0] in overrides.RECORDED:
            continue
        assert overrides.apply(tree, path, 1) != overrides.apply(tree, path, 2)
        if len(path[-1]) > 4:
            with pytest.raises(UserError, match="did you mean '"):
                validate(overrides.apply(tree, (*path[:-1], path[-1][:-1] + "ö"), {}))


def test_a_recipe_survives_yaml_unchanged(tmp_path):
    made = recipe("wgan-gp", "8-ring")
    (tmp_path / "recipe.yaml").write_text(made.to_yaml())
    assert validate(read_yaml(tmp_path / "recipe.yaml")) == made


@pytest.mark.parametrize(
    "text, message",
    [
        ("steps: 5", "'system': field required"),
        ("system: nope\ndata: {source: digits}", "no system 'nope'"),
        ("system: [1]\ndata: {source: digits}", "'system': input should be a valid string"),
        ("system: gan\ndata: digits", "'data': "),
        ("system: gan\ndata: {source: digits}\nplayers: {critic: {}}", "gan has no player 'critic'"),
        ("system: gan\ndata: {source: digits}\n5: 6", "keys should be strings"),
        ("", "holds no recipe"),
        ("- a", "holds no recipe"),
        ("a: [", "cannot read the recipe"),
        ("\tb", "cannot read the recipe"),
    ],
)
def test_a_damaged_recipe_is_one_line(tmp_path, text, message):
    (tmp_path / "recipe.yaml").write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        validate(read_yaml(tmp_path / "recipe.yaml"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("size", "recorded"), [(64, 64), ("64", 64), ("96x64", "96x64"), ((64, 96), "96x64"), ([32, 32], 32), (None, None)]
)
def test_a_size_is_recorded_in_one_form(size, recorded, tmp_path):
    data = recipe().data.model_dump() | {"size": size, "channels": 4, "fit": "pad"}
    made = validate(recipe().model_dump() | {"data": data})
    (tmp_path / "recipe.yaml").write_text(made.to_yaml())
    again = validate(read_yaml(tmp_path / "recipe.yaml"))
    assert (again.data.size, again) == (recorded, made)


def test_a_size_that_is_none_is_said_in_one_line():
    for size in ("big", 6.5, [1, 2, 3], True, 0):
        with pytest.raises(UserError, match=r"^size is "):
            validate(recipe().model_dump() | {"data": recipe().data.model_dump() | {"size": size}})


def test_recipes_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        recipe().steps = 5


def test_optimiser_fields_are_no_names_of_network_options():
    from zerosum.core.importing import load
    from zerosum.networks.table import NETWORKS
    from zerosum.options import options_model

    for table in NETWORKS.values():
        for target in table.values():
            assert not set(options_model(load(target)).model_fields) & {*OPTIMIZER_FIELDS, "network"}
    assert "players" in Recipe.model_fields
