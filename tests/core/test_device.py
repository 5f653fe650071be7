"""Devices by name, the cores there are, and the number of CPU threads."""

import os
import re
import resource

import pytest
import torch

from tiny import CPU
from zerosum.core.device import affordable, cores, cpu_threads, device_of, repeatable
from zerosum.errors import UserError


def test_devices(monkeypatch):
    assert device_of("cpu") == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device_of("auto") == CPU
    for name in ("cuda", "mps", "tpu", "cuda:0", "cpu:x", "cpu:3", "CPU", ""):
        with pytest.raises(UserError, match=re.escape(f"no device '{name}' here: use --device auto or one of cpu")):
            device_of(name)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device_of("auto").type == "cuda"
    assert device_of("cuda:1") == torch.device("cuda:1")
    with pytest.raises(UserError, match="no device 'cuda:2'"):
        device_of("cuda:2")


@pytest.mark.parametrize(
    "share, expected",
    [("max 100000", 5), ("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("900000 100000", 5), ("", 5)],
)
def test_cores_are_those_it_is_bound_to_within_its_containers_share(monkeypatch, tmp_path, share, expected):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 4, 6, 7}, raising=False)
    (tmp_path / "cpu.max").write_text(f"{share}\n")
    assert cores(tmp_path / "cpu.max") == expected
    assert cores(tmp_path / "nothing") == 5


def test_processes_are_no_more_than_the_memory_holds(tmp_path):
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = tmp_path / "meminfo"
    told.write_text(f"MemTotal: {99 * own} kB\nMemAvailable:    {3 * own + own // 2} kB\n")
    assert affordable(64, told) == 4
    assert affordable(2, told) == 2
    told.write_text("MemAvailable: 100 kB\n")
    assert affordable(64, told) == 1
    assert affordable(64, tmp_path / "nothing") == 64


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with cpu_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    with cpu_threads(None):
        assert torch.get_num_threads() == before
    assert torch.get_num_threads() == before


def kernels() -> tuple[bool, int, bool]:
    """What torch is told of kernels: cuDNN's, the mode of all operators, whether new memory is filled."""
    filled = torch.utils.deterministic.fill_uninitialized_memory
    return torch.backends.cudnn.deterministic, torch.get_deterministic_debug_mode(), filled


@pytest.mark.parametrize("device, strict, inside", [("cpu", False, 1), ("cpu", True, 2), ("cuda", True, 2)])
def test_kernels_that_repeat_are_asked_for_and_given_back(device, strict, inside):
    before = kernels()
    with repeatable(torch.device(device), strict=strict):
        assert kernels() == (True, inside, False)
        with repeatable(torch.device(device)):
            assert kernels() == (True, 1, False)
        assert kernels() == (True, inside, False)
    assert kernels() == before == (False, 0, True)
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] in (":4096:8", ":16:8"), "torch refuses others"


def test_torch_promises_nothing_on_mps():
    with repeatable(torch.device("mps"), strict=True):
        assert kernels() == (False, 0, True)


@pytest.mark.parametrize(
    "said, told",
    [
        (
            "adaptive_avg_pool2d_backward_cuda does not have a deterministic implementation, but you set '...'",
            "adaptive_avg_pool2d_backward_cuda has no kernel on this device that repeats bit for bit: train with --f",
        ),
        (
            "Deterministic behavior was enabled with ..., set the environment variable CUBLAS_WORKSPACE_CONFIG=:4096:8",
            "set CUBLAS_WORKSPACE_CONFIG=:4096:8 before the program starts",
        ),
    ],
)
def test_what_cannot_repeat_is_named_with_the_remedy(said, told):
    with pytest.raises(UserError, match=re.escape(told)), repeatable(CPU, strict=True):
        raise RuntimeError(said)
    assert kernels() == (False, 0, True)
    with pytest.raises(RuntimeError, match=re.escape(said)), repeatable(CPU):
        raise RuntimeError(said)
