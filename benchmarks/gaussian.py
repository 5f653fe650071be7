"""The 2014 game on a line: D -> 1/2 and p_g -> p_data, with the paper's Figure 1: target 2 of the first issue.

python benchmarks/gaussian.py [--seeds 3]
"""

import argparse
import json
import tempfile
from pathlib import Path

import common
import torch
from PIL import Image

import zerosum as zs
from zerosum.data.toys import density as density_of
from zerosum.metrics.wasserstein import wasserstein_1d
from zerosum.runs.generator import load_generator
from zerosum.storage.checkpoint import load, steps

SAMPLES = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    runs = [measure(seed) for seed in range(parser.parse_args().seeds)]
    common.write("gaussian", {"density": "N(4, 1.25)", "support": "mean +- 3 sigma, 601 points", "runs": runs})


def measure(seed: int) -> dict[str, float]:
    """Train once; return mean |D - 1/2| on the support and the Wasserstein-1 distance in sigmas."""
    density = density_of("gaussian")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        zs.train("gan", "gaussian", out=out, seed=seed, steps=10_000)
        generator = load_generator(out)
        state = load(out / "checkpoints" / f"{steps(out / 'checkpoints')[-1]:08d}")["game"]
        generator.game.discriminator.load_state_dict(
            {
                key.removeprefix("discriminator."): value
                for key, value in state.items()
                if key.startswith("discriminator.")
            }
        )
        last = json.loads((out / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
        picture = sorted((out / "samples").glob("*.png"))[-1]
        if seed == 0:
            common.PICTURES.mkdir(exist_ok=True)
            Image.open(picture).save(common.PICTURES / "gaussian.png", optimize=True)
        fake = generator.sample(SAMPLES, seed=1)
    real = density.sample(SAMPLES, torch.Generator().manual_seed(2))
    sigma = float(density.std)
    x = torch.linspace(-3, 3, 601)[:, None]
    with torch.no_grad():
        opinion, weighted = (generator.game.opinion(at) for at in (x, (real - density.mean) / density.std))
    result = {
        "seed": seed,
        "mean_abs_d_minus_half": float((opinion - 0.5).abs().mean()),
        "mean_abs_d_minus_half_over_data": float((weighted - 0.5).abs().mean()),
        "w1_in_sigma": wasserstein_1d(real, fake) / sigma,
        "mean": float(fake.mean()),
        "sigma": float(fake.std()),
        "rounds": last["step"],
        "cpu_seconds": last["cpu_seconds"],
    }
    print(result, flush=True)
    return result


if __name__ == "__main__":
    main()
