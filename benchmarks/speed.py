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
    arguments = parser.parse_args()
    left_out = dict[str, str]()
    paths = {"torchgan": arguments.torchgan_path or ""}
    with house.field(commands(arguments, left_out), arguments.threads, paths=paths, absent=left_out) as rivals:
        laps = house.interleave(rivals, arguments.rounds, repetitions=arguments.repetitions)
        facts = {name: rival.facts for name, rival in rivals.items()}
    ratios = {name: house.ratio(own, laps["zerosum"]) for name, own in laps.items() if name != "zerosum"}
    common.write(
        f"speed-{arguments.threads}-threads" if arguments.threads > 1 else "speed",
        {
            "command": "python benchmarks/speed.py --keras-python PYTHON --torchgan-path FOLDER"
            f" --repetitions {arguments.repetitions} --rounds {arguments.rounds} --threads {arguments.threads}",
            "threads_each": arguments.threads,
            "batch_size": BATCH,
            "rivals": {name: facts[name] | house.summary(own, BATCH) for name, own in laps.items()},
            "times_ours": {name: ratio.__dict__ for name, ratio in ratios.items()},
            "left_out": left_out,
        },
    )
    for name, ratio in ratios.items():
        print(f"ours does {ratio} times the images of {name} in a CPU second")


def commands(arguments: argparse.Namespace, left_out: dict[str, str]) -> dict[str, list[str]]:
    """Return the rivals' commands, and note in `left_out` who is not there and why."""
    options = ["--data-root", str(arguments.data_root), "--batch-size", str(BATCH)]
    rivals: dict[str, Any] = {
        "zerosum": house.own("ours", *options),
        "plain": house.own("plain", *options),
        "plain, fakes reused": house.own("plain", "--reuse", *options),
    }
    if arguments.keras_python:
        rivals["keras"] = house.own("keras_tutorial", *options, python=arguments.keras_python)
        rivals["keras, threads as it likes"] = [*rivals["keras"], "--own-threads"]
    else:
        left_out["keras"] = "no --keras-python given"
    if arguments.torchgan_path:
        rivals["torchgan"] = house.own("torchgan_loop", *options)
    else:
        left_out["torchgan"] = "no --torchgan-path given"
    return rivals


if __name__ == "__main__":
    main()
