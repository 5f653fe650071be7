"""Sampling by a group: the samples of one process, bit for bit, and nobody waits where the first one fails."""

import contextlib

import torch

from processes import ended, free_port, group, start
from tiny import CPU, recipe, trainer
from zerosum.group import distributed
from zerosum.sampling import sampler
from zerosum.sampling.in_group import helped
from zerosum.storage import checkpoint


def game():
    """A game with labels whose weights are those of its seed."""
    return trainer(recipe("cgan", "digits")).game


def test_alone_it_is_plain_sampling():
    made = game()
    with helped(made) as draw:
        ours, _ = draw(5, seed=3)
    assert torch.equal(ours, sampler.sample(made, 5, seed=3)[0])


def shared(rank: int, port: int, folder) -> None:
    group(rank, 2, port)
    torch.set_num_threads(1)
    with distributed.processes(CPU):
        made, calls = game(), []
        sample = made.sample
        made.sample = lambda inputs: calls.append(1) or sample(inputs)
        with helped(made) as draw:
            assert (draw is None) is (rank == 1)
            if draw is not None:
                one, two = draw(300, seed=7), draw(70, seed=1, given={"label": torch.arange(70) % 3})
                checkpoint.write_state(folder, {"one": one[0], "two": two[0], "label": two[1]["label"]})
        assert len(calls) == 4  # three chunks of the five and their filling up, and one of two
        with contextlib.suppress(KeyError), helped(made) as draw:
            if draw is not None:
                raise KeyError("the metric failed")
        assert distributed.largest(rank, CPU) == 1


def test_a_group_makes_the_samples_of_one_process_and_goes_on_where_the_first_fails(tmp_path):
    port = free_port()
    processes = [start(shared, rank, port, tmp_path) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    found, made = checkpoint.load(tmp_path), game()
    assert torch.equal(found["one"], sampler.sample(made, 300, seed=7)[0])
    assert torch.equal(found["two"], sampler.sample(made, 70, seed=1, given={"label": torch.arange(70) % 3})[0])
    assert torch.equal(found["label"], torch.arange(70) % 3)
