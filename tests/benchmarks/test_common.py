"""What is written beside every result."""

import common


def test_a_command_names_no_folder_of_the_machine(monkeypatch):
    words = ["/x/benchmarks/lapgan.py", "--data", "mnist", "/data/photos/train.zip", "--keep", "/tmp/k", "--seeds", "1"]
    monkeypatch.setattr("sys.argv", [*words, "--data-root", "/data"])
    assert common.command() == "python benchmarks/lapgan.py --data mnist photos/train.zip --seeds 1"
