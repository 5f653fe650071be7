"""The terms of a race: what is made equal, what stays a system's own, and when it is over."""

import pytest

from zerosum.errors import UserError
from zerosum.racing.conditions import Budget, Terms, budget_of, enter, equal_terms, images_a_round
from zerosum.recipe.schema import OPTIMIZER_FIELDS
from zerosum.recipe.table import SYSTEMS, TWO_PLAYER
from zerosum.recipe.tuning import COMMON

FIELDS = {"source": "mnist", "name": "mnist", "shape": [1, 28, 28], "classes": [str(n) for n in range(10)]}
TWO = [name for name, entry in SYSTEMS.items() if entry.game == TWO_PLAYER and entry.common is COMMON]
MINUTES = Budget("cpu_minutes", 2.0)
OF_THE_METHOD = ("batch_norm", "spectral_norm", "dropout")


def recipes(kind, systems=TWO, **options):
    sides = {"image": 28, "tiny": 8}
    shape = {"points": [2], "line": [1]}.get(kind) or [1, sides[kind], sides[kind]]
    return {e.name: e.recipe({**FIELDS, "shape": shape}, kind, 0, MINUTES) for e in enter(systems, kind, **options)}


def network(recipe, player):
    own = (*OPTIMIZER_FIELDS, *OF_THE_METHOD)
    return {key: value for key, value in recipe.players[player].items() if key not in own}


@pytest.mark.parametrize("kind", ["line", "points", "tiny", "image"])
def test_all_have_the_same_networks_latent_and_batch(kind):
    found = recipes(kind)
    one = next(iter(found.values()))
    for recipe in found.values():
        assert [network(recipe, player) for player in recipe.players] == [
            network(one, player) for player in one.players
        ]
        assert recipe.game["latent"] == one.game["latent"]
        assert (recipe.batch_size, recipe.threads) == (one.batch_size, 1)


def test_each_keeps_its_loss_penalties_optimiser_and_normalisation():
    equal, named = recipes("image"), recipes("image", own_networks=True)
    for name in TWO:
        ours, papers = equal[name], named[name]
        for player in ours.players:
            moves = [{key: recipe.players[player][key] for key in OPTIMIZER_FIELDS} for recipe in (ours, papers)]
            assert moves[0] == moves[1]
        for key in ("loss", "penalties", "n_critic", "clip", "prior", "conditioning"):
            assert ours.game[key] == papers.game[key]
        assert (ours.schedule, ours.final_lr) == (papers.schedule, papers.final_lr)
    assert equal["sngan"].players["discriminator"]["spectral_norm"]
    assert not equal["r3gan"].players["generator"]["batch_norm"]


def test_own_networks_are_left_as_the_papers_have_them():
    found = recipes("image", ["gan", "dcgan"], own_networks=True, as_published=True)
    assert found["gan"].players["discriminator"]["activation"] == "maxout"
    assert found["dcgan"].players["generator"]["network"] == "dcgan"
    assert equal_terms("dcgan", "image", True) == ("threads=1",)


def test_papers_rates_are_played_when_asked_for_and_noted():
    tuned, published = (recipes("image", ["dcgan"], as_published=way)["dcgan"] for way in (False, True))
    assert (tuned.players["generator"]["lr"], published.players["generator"]["lr"]) == (2e-3, 2e-4)
    assert (tuned.batch_size, published.batch_size) == (32, 64)
    old = {"data": "x", "fingerprint": "f", "budget": {"unit": "images", "amount": 1.0}, "settings": []}
    old |= {"own_networks": False, "samples": 100, "device": "cpu"}
    assert Terms.from_dict(old).as_published, "races of before there were tuned values"


def test_networks_that_are_the_method_are_left_to_it():
    found = recipes("image", ["projected", "r1gan"])["projected"]
    assert [fields["network"] for fields in found.players.values()] == ["light", "projected"]


def test_settings_for_all_and_for_one():
    found = recipes("image", ["r1gan", "lsgan"], settings_=["width=16", "lr=1e-3"], settings_for={"lsgan": ["lr=5e-3"]})
    assert {recipe.players["generator"]["width"] for recipe in found.values()} == {16}
    assert found["r1gan"].players["generator"]["lr"] == 1e-3
    assert found["lsgan"].players["generator"]["lr"] == 5e-3


def test_a_recipe_file_keeps_what_it_says(in_tmp):
    (in_tmp / "narrow.yaml").write_text(
        "system: r1gan\nsteps: 7\nbatch_size: 20\nplayers: {generator: {network: small, width: 8}}\n"
    )
    found = recipes("image", ["narrow.yaml", "dcgan"])
    narrow = found["narrow"]
    assert (narrow.batch_size, narrow.players["generator"]["width"], narrow.steps) == (20, 8, None)
    assert narrow.players["discriminator"]["width"] == found["dcgan"].players["discriminator"]["width"]


@pytest.mark.parametrize(
    ("systems", "options", "said"),
    [
        ([], {}, "nobody takes part"),
        (["r1gam"], {}, "did you mean 'r1gan'"),
        (["gan", "gan"], {}, "takes part twice"),
        (["gan"], {"settings_for": {"wgan": ["lr=1"]}}, "'wgan', which does not take part"),
        (["gan", "cut"], {}, "cut translates images, and a race is of systems that make them"),
    ],
)
def test_what_cannot_enter(systems, options, said):
    with pytest.raises(UserError, match=said):
        enter(systems, "image", **options)


def test_a_slip_in_a_setting_is_named():
    (entrant,) = enter(["gan"], "image", settings_=["generater.lr=1"])
    with pytest.raises(UserError, match=r"generater\.lr"):
        entrant.recipe(FIELDS, "image", 0, MINUTES)


def test_budgets():
    assert budget_of(2, None, "auto", "cpu") == Budget("cpu_minutes", 2)
    assert budget_of(2, None, "auto", "cuda") == Budget("minutes", 2)
    assert budget_of(2, None, "wall", "cpu") == Budget("minutes", 2)
    assert budget_of(2, None, "cpu", "cuda") == Budget("cpu_minutes", 2)
    assert budget_of(None, 500, "auto", "cpu") == Budget("images", 500)
    assert [budget.words() for budget in (Budget("cpu_minutes", 1), Budget("minutes", 0.5), Budget("images", 2e6))] == [
        "1 CPU minute",
        "0.5 minutes of training",
        "2,000,000 images",
    ]


@pytest.mark.parametrize("given", [(None, None), (1, 1), (0, None), (None, 0), (-1, None), (float("inf"), None)])
def test_bad_budgets(given):
    with pytest.raises(UserError, match="budget"):
        budget_of(*given, "auto", "cpu")


def test_images_count_what_the_discriminator_learns_from():
    found = {e.name: e.recipe(FIELDS, "image", 0, Budget("images", 32_000)) for e in enter(["wgan-gp", "gan"], "image")}
    assert found["wgan-gp"].game["n_critic"] == 5
    assert (found["wgan-gp"].steps, found["gan"].steps) == (200, 1000)
    assert images_a_round(found["wgan-gp"]) == 160


def test_a_budget_of_time_is_the_only_end():
    for unit in ("cpu_minutes", "minutes"):
        (entrant,) = enter(["gan"], "image", settings_=["steps=3"])
        recipe = entrant.recipe(FIELDS, "image", 0, Budget(unit, 1.5))
        ends = {"steps": recipe.steps, "minutes": recipe.minutes, "cpu_minutes": recipe.cpu_minutes}
        assert ends == {"steps": None, "minutes": None, "cpu_minutes": None} | {unit: 1.5}


def test_terms_come_back_from_json_and_know_what_differs():
    terms = Terms("mnist", "abc", MINUTES, ("lr=1",), False, 1000, "cpu")
    assert Terms.from_dict(terms.to_dict()) == terms
    other = Terms("mnist", "abc", Budget("images", 5), ("lr=1",), False, 1000, "cpu")
    assert len(terms.differing(other)) == 1
    assert terms.differing(other)[0].startswith("budget: ")


def test_races_that_were_scored_in_other_features_are_other_races():
    terms = Terms("mnist", "abc", MINUTES, (), False, 1000, "cpu", features="imagenet 1234")
    old = {name: value for name, value in terms.to_dict().items() if name != "features"}
    assert Terms.from_dict(terms.to_dict()) == terms
    assert Terms.from_dict(old).differing(terms) == ["features: not known -> imagenet 1234"]
