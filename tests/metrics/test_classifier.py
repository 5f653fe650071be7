import pytest
import torch
from toy_images import bars

from zerosum.errors import UserError
from zerosum.metrics.classifier import LeNet, accuracy, one_cycle, shrink, train_classifier


@pytest.mark.parametrize("channels, side", [(1, 8), (3, 9)])
def test_learns_easy_images_in_seconds(channels, side):
    images, labels = bars(600, side=side, channels=channels)
    network = train_classifier(images, labels, 3, seed=0, steps=150)
    assert accuracy(network, *bars(300, seed=1, side=side, channels=channels)) > 0.95
    assert not network.training


def test_is_a_function_of_its_seed_and_leaves_the_random_state_alone():
    images, labels = bars(100)
    before = torch.get_rng_state()
    first, again, other = (train_classifier(images, labels, 3, seed=seed, steps=5) for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.features(images), again.features(images))
    assert not torch.equal(first.features(images), other.features(images))


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 5, 7), (1, 32, 32), (4, 40, 100), (2, 4, 300)])
def test_any_shape(shape):
    images = torch.randint(256, (3, *shape)).to(torch.uint8)
    network = LeNet(shape, 5)
    assert network.features(images).shape == (3, 128)
    assert network.predict(images).shape == (3,)
    assert network.features(images[:0]).shape == (0, 128)


def test_chunks_equal_one_piece(monkeypatch):
    images, _ = bars(50)
    network = LeNet((1, 8, 8), 3)
    whole = network.features(images)
    monkeypatch.setattr("zerosum.metrics.classifier.CHUNK", 7)
    torch.testing.assert_close(network.features(images), whole)
    assert torch.equal(network.predict(images), network.predict_from(whole))


def test_shrink_averages_areas_and_leaves_small_images():
    image = torch.arange(64 * 64).reshape(1, 1, 64, 64).remainder(256).to(torch.uint8)
    small = shrink(image)
    assert small.shape == (1, 1, 32, 32)
    blocks = image.float().reshape(32, 2, 32, 2).mean((1, 3)).round()
    assert torch.equal(small[0, 0].float(), blocks)
    assert shrink(small) is small


def test_one_cycle():
    rates = [one_cycle(step / 1000) for step in range(1000)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[200] == 1
    assert rates[-1] < 1e-5


def test_bad_input():
    images, labels = bars(10)
    with pytest.raises(UserError, match="at least 4 x 4"):
        LeNet((1, 3, 8), 2)
    with pytest.raises(UserError, match="10 images and 9 labels"):
        train_classifier(images, labels[:9], 3)
    with pytest.raises(UserError, match=r"labels 0\.\.2 with 2 classes"):
        train_classifier(images, labels, 2)
    with pytest.raises(UserError, match="uint8"):
        train_classifier(images.float(), labels, 3)
    with pytest.raises(UserError, match=r"uint8 images \[N, 1, 8, 8\]"):
        LeNet((1, 8, 8), 3).features(torch.zeros(2, 1, 9, 8, dtype=torch.uint8))


@pytest.mark.slow
def test_digits():
    from zerosum.data.digits import load_digits

    train, test = load_digits(split="train"), load_digits(split="test")
    network = train_classifier(train.values, train.labels, 10)
    assert accuracy(network, test.values, test.labels) >= 0.975
