"""A group goes on from one checkpoint, or refuses together; why it stopped is known to all."""

import json
import shutil
from pathlib import Path

import pytest

from processes import ended, free_port, group, start
from tiny import CPU, Points, play_regression, stop_at
from zerosum.errors import UserError
from zerosum.group import agreement, distributed
from zerosum.storage import checkpoint


def in_two(function, folder, *arguments) -> list:
    """Run a function in a group of two; returns what each has written into its file."""
    port = free_port()
    processes = [start(function, rank, port, folder, *arguments) for rank in range(2)]
    assert [ended(process) for process in processes] == [0, 0]
    return [json.loads((folder / f"told-{rank}").read_text()) for rank in range(2)]


@pytest.fixture
def saved(tmp_path) -> Path:
    """The folders of two processes, each with the checkpoints of rounds 2 and 4."""
    playing = play_regression([Points()])
    for step in (2, 4):
        playing.fit(step)
        checkpoint.save(tmp_path / "0", step, playing.state_dict())
    shutil.copytree(tmp_path / "0", tmp_path / "1")
    return tmp_path


def read(rank: int, port: int, folder: Path) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        try:
            state = agreement.latest(folder / str(rank), CPU, lambda text: None)
            told = None if state is None else state["step"]
        except UserError as error:
            told = str(error)
    (folder / f"told-{rank}").write_text(json.dumps(told))


def test_all_go_on_from_the_first_ones_newest(saved):
    assert in_two(read, saved) == [4, 4]
    shutil.rmtree(saved / "0" / "00000004")  # what the first does not see, nobody goes on from
    assert in_two(read, saved) == [2, 2]
    shutil.rmtree(saved / "0" / "00000002")
    assert in_two(read, saved) == [None, None]


def test_what_a_kill_left_aside_while_its_step_was_saved_again_is_read_by_all(saved):
    for rank in "01":
        (saved / rank / "00000004").rename(checkpoint.aside(saved / rank, 4))
    assert in_two(read, saved) == [4, 4]


def test_what_is_damaged_for_the_first_is_passed_over_by_all(saved):
    (saved / "0" / "00000004" / "state.safetensors").write_bytes(b"damaged")
    assert in_two(read, saved) == [2, 2]


@pytest.mark.parametrize("way", ["stale", "damaged", "another"])
def test_where_one_cannot_read_it_all_refuse_and_name_it(way, saved):
    theirs = saved / "1" / "00000004"
    if way == "stale":
        shutil.rmtree(theirs)
    elif way == "damaged":
        (theirs / "state.json").write_text("{}")
    else:
        playing = play_regression([Points(4)])
        playing.fit(4)
        checkpoint.save(saved / "1", 4, playing.state_dict())
    first, second = in_two(read, saved)
    for told, folder in ((first, saved / "0"), (second, saved / "1")):
        which = f"checkpoint 00000004 in {folder}, which the first process goes on from"
        assert told == f"process 1 cannot read {which}: {agreement.REMEDY}"


def test_where_the_first_can_read_none_all_refuse(saved):
    for step in ("00000002", "00000004"):
        (saved / "0" / step / "state.json").write_text("{}")
    first, second = in_two(read, saved)
    assert first == f"every checkpoint in {saved / '0'} is damaged: start again with --fresh"
    assert second == f"the first process cannot read the checkpoints in {saved / '1'}"


def compare(rank: int, port: int, folder: Path, contents: list[str]) -> None:
    group(rank, 2, port)
    told = "same"
    with distributed.processes(CPU):
        try:
            agreement.same("the recipe", contents[rank], CPU)
        except UserError as error:
            told = str(error)
    (folder / f"told-{rank}").write_text(json.dumps(told))


def test_what_was_read_differently_is_refused_by_all(tmp_path):
    assert in_two(compare, tmp_path, ["a", "a"]) == ["same", "same"]
    told = f"the processes have read the recipe in different states: {agreement.REMEDY}"
    assert in_two(compare, tmp_path, ["a", "b"]) == [told, told]


def stop(rank: int, port: int, folder: Path, who: int) -> None:
    group(rank, 2, port)
    with distributed.processes(CPU):
        hooks = [stop_at(3)] if rank == who else []
        playing = play_regression([Points(8, rank, 2)], hooks=hooks)
        told = [playing.fit(6), playing.step]
    (folder / f"told-{rank}").write_text(json.dumps(told))


@pytest.mark.parametrize("who, told", [(0, ["interrupted", 3]), (1, ["interrupted", 3]), (2, ["done", 6])])
def test_why_it_stopped_is_known_to_all(who, told, tmp_path):
    assert in_two(stop, tmp_path, who) == [told, told]


def test_one_process_agrees_with_itself(saved):
    assert agreement.latest(saved / "0", CPU, pytest.fail)["step"] == 4
    agreement.same("the recipe", "a", CPU)
    assert distributed.first_said(None, CPU) is None
    assert distributed.first_said("terminated", CPU) == "terminated"
