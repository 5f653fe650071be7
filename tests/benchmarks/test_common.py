"""What is written beside every result."""

import common


def test_a_command_names_no_folder_of_the_machine(monkeypatch):
    words = ["/x/benchmarks/lapgan.py", "--data", "mnist", "/data/photos/train.zip", "--keep", "/tmp/k", "--seeds", "1"]
    monkeypatch.setattr("sys.argv", [*words, "--data-root", "/data"])
    assert common.command() == "python benchmarks/lapgan.py --data mnist photos/train.zip --seeds 1"


def test_commands_are_kept_as_long_as_their_runs_are(monkeypatch, tmp_path):
    monkeypatch.setattr(common, "RESULTS", tmp_path)
    first, second = {"seed": 0, "sizes": (1, 2)}, {"seed": 1, "sizes": (3, 4)}

    def written(words, runs):
        monkeypatch.setattr("sys.argv", ["benchmarks/x.py", *words.split()])
        common.write("x", {"runs": runs})
        return common.read("x")["command"]

    assert written("--seeds 0", [first]) == "python benchmarks/x.py --seeds 0"
    both = "python benchmarks/x.py --seeds 0 && python benchmarks/x.py --seeds 1"
    assert written("--seeds 1", [first, second]) == both
    assert written("--seeds 1", [first, second]) == both
    assert written("--seeds 1", [second]) == "python benchmarks/x.py --seeds 1"
