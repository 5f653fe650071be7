"""The tutorials' own pair and rule (Adam 2e-4, beta1 0.5, batch 128) on MNIST: target 6 of the first issue.

python benchmarks/tutorial.py [--cpu-minutes 20]
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import common
from PIL import Image

import zerosum as zs

RULE = [
    "steps=null",
    "network=tutorial",
    "latent=100",
    "prior=normal",
    "batch_size=128",
    "lr=2e-4",
    "betas=[0.5,0.999]",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu-minutes", type=float, default=20)
    minutes = parser.parse_args().cpu_minutes
    settings = [
        f"cpu_minutes={minutes}",
        *RULE,
        "betas=[0.5,0.999]",
        "threads=1",
        "sample_every=200",
        "checkpoint_every=200",
        "ema=0.99",
    ]
    run = Path(tempfile.gettempdir()) / "zerosum-benchmark-tutorial"
    zs.train("dcgan", "mnist", out=run, settings=settings, as_published=True, quiet=False)
    last = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    scores = zs.evaluate(run, features="classifier")
    trained = {key: last[key] for key in ("step", "images", "seconds", "cpu_seconds")}
    common.write("tutorial", {"settings": settings, "trained": trained, **common.scores_of(scores)})
    Image.open(sorted((run / "samples").glob("*.png"))[-1]).save(common.PICTURES / "tutorial.png", optimize=True)
    shutil.rmtree(run)


if __name__ == "__main__":
    main()
