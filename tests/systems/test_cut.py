"""CUT: PatchNCE by plain arithmetic, what moves, what is refused."""

import math

import pytest
import torch
from torch import nn
from translations import batch, game

from zerosum.errors import UserError
from zerosum.systems.cut import patch_nce, rows

DATA = batch()


def test_patch_nce_is_the_papers_formula():
    query, keys = (torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(n)) for n in range(2))
    expected = 0.0
    for image in range(2):
        for place in range(3):
            own = query[image, place] / query[image, place].norm()
            said = [float(own @ (key / key.norm())) / 0.5 for key in keys[image]]
            expected -= said[place] - math.log(sum(math.exp(value) for value in said))
    assert patch_nce(query, keys, temperature=0.5).item() == pytest.approx(expected / 6, rel=1e-5)


def test_patch_nce_is_small_where_each_patch_is_its_own_and_large_where_it_is_another():
    keys = torch.eye(5)[None]
    assert patch_nce(keys, keys, temperature=0.07).item() < 1e-4
    assert patch_nce(keys.roll(1, 1), keys, temperature=0.07).item() > 10


def test_rows_are_what_maps_say_at_a_place():
    maps = torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)
    found = rows(maps, torch.tensor([7, 0]))
    assert torch.equal(found[:, 0], maps[:, :, 1, 2])
    assert torch.equal(found[:, 1], maps[:, :, 0, 0])


def contrasted(made, fake, given) -> float:
    """PatchNCE by plain arithmetic, of few places: the mean over layers, images and places."""
    layers = []
    with torch.no_grad():
        queries, keys = made.translator.maps(fake), made.translator.maps(given)
        for head, query, key in zip(made.generator["heads"], queries, keys, strict=True):
            places = torch.randperm(key.shape[2] * key.shape[3])[: made.locations]
            said = [
                [nn.functional.normalize(head(m[image].flatten(1)[:, places].T)) for image in range(len(m))]
                for m in (query, key)
            ]
            losses = []
            for ours, theirs in zip(*said, strict=True):
                for place in range(len(places)):
                    likeness = [float(ours[place] @ other) / made.temperature for other in theirs]
                    losses.append(math.log(sum(math.exp(value) for value in likeness)) - likeness[place])
            layers.append(sum(losses) / len(losses))
    return sum(layers) / len(layers)


@pytest.mark.parametrize("nce, identity", [(1, 1), (10, 0), (0, 2)])
def test_the_terms_are_those_of_equation_5(nce, identity):
    """L_GAN(G, D, X, Y) + lambda_X L_PatchNCE(G, H, X) + lambda_Y L_PatchNCE(G, H, Y), of arXiv:2007.15651."""
    made = game("cut", f"nce_weight={nce}", f"identity_weight={identity}", "locations=3", "loss=least_squares")
    torch.manual_seed(7)
    terms = {name: term.item() for name, term in made.generator_loss(DATA).items()}
    torch.manual_seed(7)
    x, y = DATA["x"], DATA["real"]
    with torch.no_grad():
        fake, same = made.translator(x), made.translator(y)
        logits = made.discriminator(fake)
    expected = {"adversarial": float(((logits - 1) ** 2).mean()) / 2}
    if nce:
        expected["nce"] = nce * contrasted(made, fake, x)
    if identity:
        expected["identity"] = identity * contrasted(made, same, y)
    assert terms == pytest.approx(expected, rel=1e-4)


def test_weights_are_factors():
    torch.manual_seed(5)
    one = game("cut").generator_loss(DATA)["nce"]
    torch.manual_seed(5)
    assert game("cut", "nce_weight=3").generator_loss(DATA)["nce"].item() == pytest.approx(3 * one.item(), rel=1e-5)


def test_keys_give_no_gradient():
    made = game("cut")
    given = DATA["x"].clone().requires_grad_()
    fake = DATA["real"].clone().requires_grad_()
    made.contrast(fake, given).backward()
    assert given.grad is None
    assert fake.grad.abs().sum() > 0


@pytest.mark.parametrize("side", [8, 7])
def test_mirrored_patches_are_compared_with_those_of_the_same_place(side):
    made, x = game("cut", "locations=4"), batch(side=side)["x"]
    torch.manual_seed(3)
    plain = made.contrast(x, x)
    torch.manual_seed(3)
    # The encoder sees the mirror image of what it made: its maps are not those of x turned, but near them.
    turned = made.contrast(x.flip(3), x, torch.tensor(True))
    torch.manual_seed(3)
    misplaced = made.contrast(x.flip(3), x, torch.tensor(False))
    assert plain < turned < misplaced


def test_mirrored_turns_every_other_round_and_all_of_it():
    made = game("cut", "mirrored=true")
    torch.manual_seed(0)
    seen = []
    forward = made.translator.forward
    made.translator.forward = lambda images: seen.append(images) or forward(images)
    for _ in range(20):
        made.generator_loss(DATA)
    turned = [torch.equal(images, DATA["x"].flip(3)) for images in seen[::2]]
    kept = [torch.equal(images, DATA["x"]) for images in seen[::2]]
    assert 4 < sum(turned) < 16
    assert sum(turned) + sum(kept) == 20
    assert [torch.equal(images, DATA["real"].flip(3)) for images in seen[1::2]] == turned


def test_translator_and_perceptrons_move_together_and_only_the_translator_is_kept():
    made = game("cut")
    assert set(made.generator) == {"translator", "heads"}
    assert len(made.generator["heads"]) == len(made.translator.widths)
    assert made.averaged() == {"generator.translator": made.translator}
    with torch.no_grad():
        assert made.translate(torch.zeros(2, 1, 9, 11)).shape == (2, 1, 9, 11)


def test_few_locations_are_enough():
    assert game("cut", "locations=3").generator_loss(DATA)["nce"].isfinite()


@pytest.mark.parametrize(
    "settings, facts, message",
    [
        (("nce_weight=0", "identity_weight=0"), {}, "nothing ties what is made to what is given"),
        (("temperature=0",), {}, "greater than 0"),
        ((), {"shape": (3, 8, 8)}, "as many channels on both sides, not 1 and 3: use --channels 3"),
        ((), {"source": None}, "cut translates images: give --target or --pairs"),
    ],
)
def test_what_makes_no_sense_is_refused(settings, facts, message):
    with pytest.raises(UserError, match=message):
        game("cut", *settings, **facts)
