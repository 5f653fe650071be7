import pytest
import torch

from zerosum.data.dataset import Resident
from zerosum.data.loader import Loader, epoch_permutation
from zerosum.errors import UserError


def _numbers(count: int) -> Resident:
    return Resident(torch.arange(float(count)).unsqueeze(1), name="numbers")


def _entries(loader: Loader, positions: range) -> list[int]:
    return [int(x) for position in positions for x in loader.at(position)["real"][:, 0]]


@pytest.mark.parametrize(("count", "batch_size"), [(12, 4), (13, 4), (10, 10), (11, 7)])
def test_each_epoch_visits_each_sample_once(count: int, batch_size: int) -> None:
    line = _entries(Loader(_numbers(count), batch_size), range(count * 3))
    for epoch in range(3 * batch_size):
        assert sorted(line[epoch * count : (epoch + 1) * count]) == list(range(count))


def test_epochs_differ_and_seeds_differ() -> None:
    assert not torch.equal(epoch_permutation(50, 0, 0), epoch_permutation(50, 0, 1))
    assert not torch.equal(epoch_permutation(50, 0, 0), epoch_permutation(50, 1, 0))
    # (seed, epoch) must not be mixed so that neighbours share an order
    assert not torch.equal(epoch_permutation(50, 0, 1), epoch_permutation(50, 1, 0))


def test_golden_order() -> None:
    """A run that was begun must see the same order after an update of zerosum."""
    assert epoch_permutation(8, 0, 0).tolist() == [7, 0, 4, 3, 2, 5, 1, 6]


@pytest.mark.parametrize("shards", [2, 3])
def test_shards_partition_the_global_batch(shards: int) -> None:
    dataset = _numbers(25)
    whole = Loader(dataset, 4 * shards, seed=3)
    parts = [Loader(dataset, 4, seed=3, shard=shard, shards=shards) for shard in range(shards)]
    for position in range(20):
        together = torch.cat([part.at(position)["real"] for part in parts])
        assert torch.equal(together, whole.at(position)["real"])


def test_a_batch_is_a_function_of_its_position_alone() -> None:
    dataset = _numbers(23)
    used, order = Loader(dataset, 5, seed=1), [17, 3, 40, 3, 0, 4, 17]
    for position in order:
        assert torch.equal(used.at(position)["real"], Loader(dataset, 5, seed=1).at(position)["real"])


def test_the_random_state_is_left_alone() -> None:
    before = torch.get_rng_state()
    Loader(_numbers(8), 4).at(5)
    assert torch.equal(before, torch.get_rng_state())


def test_the_permutation_of_the_current_epoch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(count: int, seed: int, epoch: int) -> torch.Tensor:
        made.append(epoch)
        return epoch_permutation(count, seed, epoch)

    monkeypatch.setattr("zerosum.data.loader.epoch_permutation", counted)
    loader = Loader(_numbers(10), 4)
    for position in range(10):
        loader.at(position)
    assert made == [0, 1, 2, 3]


def test_too_few_samples_name_the_remedy() -> None:
    images = Resident(torch.zeros(12, 1, 8, 8, dtype=torch.uint8), name="pets")
    with pytest.raises(UserError, match=r"pets has 12 images, batch_size is 64: use --set batch_size=8 or"):
        Loader(images, 64)
    with pytest.raises(UserError, match=r"on each of 4 processes \(32 in all\): use --set batch_size=2"):
        Loader(images, 8, shards=4)
    with pytest.raises(UserError, match="start fewer processes"):
        Loader(images, 1, shards=13)
    assert len(Loader(images, 12).at(0)["real"]) == 12


def test_bad_arguments() -> None:
    with pytest.raises(UserError, match="batch_size is 0"):
        Loader(_numbers(4), 0)
    with pytest.raises(ValueError, match="shard 2"):
        Loader(_numbers(4), 1, shard=2, shards=2)
