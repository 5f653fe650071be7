"""From the words of a call to a plan: how far the game sharpens, and what restoring is played by."""

import numpy as np
import pytest

from zerosum.errors import UserError
from zerosum.training.planning import prepare
from zerosum.training.request import Request


@pytest.fixture
def photos(tmp_path):
    values = np.random.default_rng(0).integers(0, 256, (40, 24, 24, 3), dtype=np.uint8)
    np.savez(tmp_path / "photos.npz", images=values)
    return str(tmp_path / "photos.npz")


def test_restored_images_are_played_by_values_of_their_own(photos):
    found = {pairs: prepare(Request("pix2pix", photos, pairs=pairs)).recipe for pairs in ("small:4", "noisy", "edges")}
    assert found["small:4"].players["generator"]["skip"]
    assert found["small:4"].game["adversarial_weight"] == found["noisy"].game["adversarial_weight"] == 0.2
    assert found["edges"].players["generator"]["network"] == "unet"
    assert found["edges"].game["adversarial_weight"] == 1


@pytest.mark.parametrize("sharpness", [0, 0.5, 1])
def test_sharpness_is_the_weight_of_the_game(photos, sharpness):
    assert (
        prepare(Request("pix2pix", photos, pairs="small:4", sharpness=sharpness)).recipe.game["adversarial_weight"]
        == sharpness
    )


def test_sharpness_is_refused_where_nothing_is_to_be_sharpened_and_below_nothing(photos):
    with pytest.raises(UserError, match="r1gan has no --sharpness: leave it out, or train pix2pix or inpainting"):
        prepare(Request("r1gan", photos, sharpness=0.5))
    with pytest.raises(UserError, match="--sharpness -1: use 0"):
        prepare(Request("pix2pix", photos, pairs="small:4", sharpness=-1))
