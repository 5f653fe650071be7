"""Pools of past fakes: what comes out, what stays, and that processes keep the same."""

import torch

from processes import ended, free_port, group, start
from tiny import CPU
from zerosum.group import distributed
from zerosum.systems.pools import Pool


def numbered(*numbers: int) -> torch.Tensor:
    """Images that are one number each, as 8-bit images keep it."""
    return (torch.tensor(numbers).float() / 127.5 - 1)[:, None, None, None].expand(-1, 1, 2, 2)


def numbers(images: torch.Tensor) -> list[int]:
    return [round(float((image.mean() + 1) * 127.5)) for image in images]


def full() -> Pool:
    """A pool that holds the images 0 to 49."""
    pool = Pool(50, (1, 2, 2))
    pool.mixed(numbered(*range(50)))
    pool.store()
    return pool


def test_a_pool_that_is_not_full_shows_what_it_is_given():
    pool = Pool(5, (1, 2, 2))
    assert numbers(pool.mixed(numbered(1, 2, 3))) == [1, 2, 3]
    assert pool.count == 0
    pool.store()
    assert numbers(pool.mixed(numbered(4, 5, 6))) == [4, 5, 6]
    pool.store()
    assert pool.count == 5
    assert pool.images[:, 0, 0, 0].tolist() == [1, 2, 3, 4, 5]


def test_a_full_pool_changes_half_of_the_images():
    torch.manual_seed(0)
    shown = [numbers(full().mixed(numbered(*range(100, 120)))) for _ in range(50)]
    past = [number for batch in shown for number in batch if number < 50]
    assert 400 < len(past) < 600
    assert len(set(past)) > 45
    assert all(number in (at, *range(50)) for batch in shown for at, number in enumerate(batch, 100))


def test_an_image_that_was_changed_takes_the_place_of_the_one_that_is_shown():
    torch.manual_seed(0)
    pool = full()
    shown = numbers(pool.mixed(numbered(100, 101, 102, 103)))
    pool.store()
    kept = pool.images[:, 0, 0, 0].tolist()
    for new, old in zip(range(100, 104), shown, strict=True):
        assert (kept[old] == new) if old < 50 else (new not in kept)
    assert any(old < 50 for old in shown)


def test_what_is_drawn_does_not_depend_on_other_micro_batches():
    pool = full()
    torch.manual_seed(1)
    alone = numbers(pool.mixed(numbered(100, 101)))
    torch.manual_seed(1)
    again = numbers(pool.mixed(numbered(100, 101)))
    assert alone == again  # nothing is stored before the turn has ended


def test_no_pool_changes_nothing():
    pool, fakes = Pool(0, (1, 2, 2)), numbered(1, 2)
    assert pool.mixed(fakes) is fakes
    pool.store()
    assert pool.state_dict()["images"].numel() == 0


def rounds(pool: Pool, shards: range) -> None:
    """Twenty rounds of two shards, of which one process may play one."""
    for step in range(20):
        for shard in shards:
            torch.manual_seed(100 * step + shard)
            pool.mixed(numbered(*(torch.randint(255, (3,)).tolist())))
        pool.store()


def one_of_two(rank: int, port: int, path) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        pool = Pool(8, (1, 2, 2))
        rounds(pool, range(rank, rank + 1))
    torch.save(pool.state_dict(), path / f"{rank}.pt")


def test_two_processes_keep_the_pool_of_one_with_two_micro_batches(tmp_path):
    alone, port = Pool(8, (1, 2, 2)), free_port()
    rounds(alone, range(2))
    assert [ended(process) for process in [start(one_of_two, rank, port, tmp_path) for rank in range(2)]] == [0, 0]
    for rank in range(2):
        assert torch.equal(torch.load(tmp_path / f"{rank}.pt")["images"], alone.images)
