"""Images a CPU second of the tutorials' pair: our trainer against Keras, a plain PyTorch loop and TorchGAN.

python benchmarks/speed.py --keras-python PYTHON [--torchgan-path FOLDER] [--repetitions 7] [--rounds 3] [--threads 1]

The rivals are not dependencies: PYTHON is that of an environment with tensorflow and keras, FOLDER is where
`pip install --no-deps --target FOLDER torchgan tensorboardX protobuf` put TorchGAN. A rival that is not given, or does
not start, is listed with the reason. Same networks, same rule (Adam 2e-4, beta1 0.5, batch 128, new noise for each
turn), but for `plain, fakes reused`, which plays another one, see benchmarks/rivals/plain.py. Nobody decodes data in
the loop.
"""

import argparse
import os
from typing import Any

import common
import house

BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keras-python")
    parser.add_argument("--torchgan-path")
    parser.add_argument("--data-root", default=os.environ.get("ZEROSUM_DATA", "data"))
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    left_out = dict[str, str]()
    paths = {"torchgan": given.torchgan_path or ""}
    with house.field(commands(given, left_out), given.threads, paths=paths, absent=left_out) as rivals:
        laps = house.interleave(rivals, given.rounds, repetitions=given.repetitions)
        facts = {name: rival.facts for name, rival in rivals.items()}
    ratios = {name: house.ratio(own, laps["zerosum"]) for name, own in laps.items() if name != "zerosum"}
    common.write(
        f"speed-{given.threads}-threads" if given.threads > 1 else "speed",
        {
            "command": "python benchmarks/speed.py --keras-python PYTHON --torchgan-path FOLDER"
            f" --repetitions {given.repetitions} --rounds {given.rounds} --threads {given.threads}",
            "threads_each": given.threads,
            "batch_size": BATCH,
            "rivals": {name: facts[name] | house.summary(own, BATCH) for name, own in laps.items()},
            "times_ours": {name: found.__dict__ for name, found in ratios.items()},
            "left_out": left_out,
        },
    )
    for name, found in ratios.items():
        print(f"ours does {found} times the images of {name} in a CPU second")


def commands(given: argparse.Namespace, left_out: dict[str, str]) -> dict[str, list[str]]:
    """Return the rivals' commands, and note in `left_out` who is not there and why."""
    options = ["--data-root", str(given.data_root), "--batch-size", str(BATCH)]
    found: dict[str, Any] = {
        "zerosum": house.own("ours", *options),
        "plain": house.own("plain", *options),
        "plain, fakes reused": house.own("plain", "--reuse", *options),
    }
    if given.keras_python:
        found["keras"] = house.own("keras_tutorial", *options, python=given.keras_python)
        found["keras, threads as it likes"] = [*found["keras"], "--own-threads"]
    else:
        left_out["keras"] = "no --keras-python given"
    if given.torchgan_path:
        found["torchgan"] = house.own("torchgan_loop", *options)
    else:
        left_out["torchgan"] = "no --torchgan-path given"
    return found


if __name__ == "__main__":
    main()
