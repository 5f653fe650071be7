import math

import pytest
import torch
from toy_bars import images_and_labels

from zerosum.metrics.classifier import train_classifier
from zerosum.study.standard import Standard


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def dots(n=200, side=28):
    """Images with one bright pixel in the middle of a dark square."""
    images = torch.zeros(n, 1, side, side, dtype=torch.uint8)
    images[:, :, side // 2, side // 2] = 255
    return images


def centres(images):
    """The centre of brightness of each image, [N, 2] as (down, across) in pixels."""
    weights = images.double().sum(1)
    side = torch.arange(images.shape[2], dtype=torch.float64)
    total = weights.sum((1, 2))
    return torch.stack([(weights.sum(2) * side).sum(1) / total, (weights.sum(1) * side).sum(1) / total], 1)


def test_nothing_to_change_changes_nothing():
    images = torch.randint(256, (5, 3, 12, 12), generator=seeded(), dtype=torch.uint8)
    assert torch.equal(Standard(shift=0, degrees=0)(images, seeded()), images)


def test_mirroring_takes_half():
    images = torch.randint(256, (200, 1, 8, 8), generator=seeded(), dtype=torch.uint8)
    changed = Standard(shift=0, degrees=0, mirror=True)(images, seeded())
    kept = (changed == images).flatten(1).all(1)
    turned = (changed == images.flip(3)).flatten(1).all(1)
    assert (kept | turned).all()
    assert 70 < int(turned.sum()) < 130


def test_shifts_reach_two_of_28_pixels_each_way_and_no_further():
    moved = centres(Standard(degrees=0)(dots(), seeded())) - 14
    assert moved.abs().max() < 2.1
    assert moved.abs().max(0).values.min() > 1.8
    assert moved.mean(0).abs().max() < 0.3


def test_turns_keep_the_distance_from_the_middle():
    images = torch.zeros(100, 1, 29, 29, dtype=torch.uint8)
    images[:, :, 14, 25] = 255
    away = centres(Standard(shift=0, degrees=10)(images, seeded())) - 14
    assert away.norm(dim=1).numpy() == pytest.approx(11, abs=0.3)
    angle = torch.atan2(away[:, 0], away[:, 1]) * 180 / math.pi
    assert 9 < angle.max() < 10.5
    assert -10.5 < angle.min() < -9


@pytest.mark.parametrize("ground", [0, 90, 255])
def test_the_ground_goes_on_beyond_the_border(ground):
    images = torch.full((50, 3, 16, 16), ground, dtype=torch.uint8)
    images[:, :, :6, 7:9] = 128  # touches the upper border, whose median is still the ground
    changed = Standard(shift=0.1, degrees=15)(images, seeded())
    corners = changed[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners.int() - ground).abs().max() <= 1
    assert not torch.equal(changed, images)


def test_it_is_repeatable_and_each_image_has_its_own_change():
    images = dots(2)
    first, again = Standard()(images, seeded(1)), Standard()(images, seeded(1))
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, Standard()(images, seeded(2)))


def test_a_classifier_is_trained_on_the_changed_images_of_the_same_batches():
    images, labels = images_and_labels(60)
    seen = []

    def watch(batch, generator):
        seen.append(batch)
        return batch

    def blank(batch, generator):
        return torch.zeros_like(batch)

    plain, watched, blind = (
        train_classifier(images, labels, 2, steps=5, batch_size=8, change=change) for change in (None, watch, blank)
    )
    assert [len(batch) for batch in seen] == [8] * 5
    assert torch.equal(plain.hidden.weight, watched.hidden.weight)
    assert not torch.equal(plain.hidden.weight, blind.hidden.weight)
