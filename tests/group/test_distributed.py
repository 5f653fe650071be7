"""Several processes: messages equal plain arithmetic, gradients in buckets, and a late or lost process is named."""

import time

import pytest
import torch
from torch import nn

from processes import ended, free_port, group, start
from tiny import CPU, Hook, Points, Regression, play_regression, tensors
from zerosum.errors import UserError, ZerosumError
from zerosum.group import distributed
from zerosum.group.reducer import Reducer, divided
from zerosum.storage import checkpoint


def in_two(function, *arguments) -> list[int]:
    """Run a function in a group of two processes; returns their exit codes."""
    port = free_port()
    return [ended(process) for process in [start(function, rank, port, *arguments) for rank in range(2)]]


def messages(rank: int, port: int) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        one, two = torch.full((2, 3), float(rank)), torch.tensor(10.0 * rank)
        distributed.average([one, two])
        assert one.eq(0.5).all()
        assert two.item() == 5.0
        assert distributed.largest(3 * rank, CPU) == 3
        assert distributed.from_first(torch.tensor([rank, 7])).tolist() == [0, 7]
        parts = distributed.to_first(torch.tensor([rank, rank + 1]))
        assert [part.tolist() for part in parts] == ([[0, 1], [1, 2]] if rank == 0 else [])
        assert [part.tolist() for part in distributed.from_all(torch.tensor([rank, rank + 1]))] == [[0, 1], [1, 2]]


def test_messages_are_plain_arithmetic():
    assert in_two(messages) == [0, 0]


def test_one_process_sends_nothing():
    assert distributed.largest(4, CPU) == 4
    assert distributed.from_first(torch.tensor(3)).item() == 3
    assert [part.item() for part in distributed.to_first(torch.tensor(3))] == [3]
    assert [part.item() for part in distributed.from_all(torch.tensor(3))] == [3]
    parameter = nn.Parameter(torch.zeros(2))
    assert Reducer([parameter]).buckets == []


def test_buckets_run_from_the_last_parameter_to_the_first():
    a, b, c, d = (nn.Parameter(torch.zeros(n)) for n in (1, 9, 2, 3))  # 4, 36, 8 and 12 bytes
    assert [[id(p) for p in part] for part in divided([a, b, c, d], 20)] == [[id(d), id(c)], [id(b)], [id(a)]]
    assert len(divided([a, b, c, d], 60)) == 1


def buckets(rank: int, port: int, bucket: int, listens: bool) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 4, 3))
        net[0].weight.data = net[0].weight.data.to(memory_format=torch.channels_last)
        x = torch.randn(2, 2, 1, 4, 4)
        parameters = list(net.parameters())
        expected = torch.autograd.grad(sum(net(half).square().sum() for half in x), parameters)
        reducer = Reducer(parameters, bucket=bucket)
        assert (len(reducer.buckets) > 1) is (bucket < 100)
        for _ in range(2):
            net.zero_grad()
            if listens:
                reducer.listen()
            net(x[rank]).square().sum().backward()
            assert len(reducer.works) == (len(reducer.buckets) if listens and bucket < 100 else 0)
            reducer.finish()
            assert all(torch.allclose(p.grad, mean, atol=1e-5) for p, mean in zip(parameters, expected, strict=True))


@pytest.mark.parametrize("bucket, listens", [(40, True), (40, False), (10**6, True)])
def test_gradients_are_summed_whenever_their_messages_leave(bucket, listens):
    assert in_two(buckets, bucket, listens) == [0, 0]


def late(rank: int, port: int, folder, way: str) -> None:
    """The second process sleeps, or dies, in round 3; the first writes what it is told."""
    import os

    group(rank, 2, port)
    os.environ["ZEROSUM_TIMEOUT"] = "3"

    def dawdle(trainer):
        if rank == 1 and trainer.step == 3:
            if way == "dies":
                os._exit(9)
            time.sleep(30)

    with distributed.processes(CPU):
        trainer = play_regression([Points(8, rank, 2)], hooks=[Hook(dawdle)])
        try:
            trainer.fit(6)
        except ZerosumError as error:
            (folder / "told").write_text(str(error))
            os._exit(1)


@pytest.mark.parametrize("way, words", [("sleeps", "is in round 2 and is late"), ("dies", "does not answer")])
def test_a_late_process_and_a_lost_one_are_named(tmp_path, way, words):
    port = free_port()
    first, second = (start(late, rank, port, tmp_path, way) for rank in range(2))
    assert ended(first) == 1
    second.kill()
    told = (tmp_path / "told").read_text()
    assert told.startswith(("lost the group in round 2: rank 1 (", "lost the group in round 3: rank 1 ("))
    assert words in told
    assert "rank 0" not in told


def test_a_timeout_must_be_seconds(monkeypatch):
    assert distributed.timeout() == 1800
    monkeypatch.setenv("ZEROSUM_TIMEOUT", "90.5")
    assert distributed.timeout() == 90.5
    monkeypatch.setenv("ZEROSUM_TIMEOUT", "soon")
    with pytest.raises(UserError, match="ZEROSUM_TIMEOUT is 'soon': set it to a number of seconds"):
        distributed.timeout()


def first_half(rank: int, port: int, folder) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        trainer = play_regression([Points(8, rank, 2)])
        trainer.fit(4)
        if rank == 0:
            checkpoint.save(folder, trainer.step, trainer.state_dict())


def test_a_run_goes_on_with_another_number_of_processes(tmp_path):
    assert in_two(first_half, tmp_path) == [0, 0]
    shards = [Points(8, shard, 2) for shard in range(2)]
    whole, second = play_regression(shards, Regression()), play_regression(shards, Regression())
    second.load_state_dict(checkpoint.load_latest(tmp_path, CPU, print))
    assert second.step == 4
    whole.fit(8), second.fit(8)
    ours, theirs = tensors(whole.state_dict()), tensors(second.state_dict())
    kept = [path for path in ours if not path.startswith("/meter")]
    assert all(torch.allclose(ours[path], theirs[path], atol=1e-6) for path in kept)
