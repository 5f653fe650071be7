"""Make tests/golden: small features, and what the reference implementations say of them.

python tools/make_golden.py
Needs `pip install scipy prdc torch-fidelity`; the tests need none of them. Beside a torch for the CPU, torchvision from
PyPI does not import; it is enough to install it with --no-deps, as only its declarations are read.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import linalg
from torch import library

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
SUBSETS, SUBSET_SIZE, SEED = 20, 30, 5


def main() -> None:
    """Write features.npz and expected.json."""
    GOLDEN.mkdir(exist_ok=True)
    cases = make_cases(np.random.default_rng(2026))
    arrays = {f"{name}_{side}": values for name, case in cases.items() for side, values in case.items()}
    np.savez_compressed(GOLDEN / "features.npz", **arrays)
    packages = {name: version(name) for name in ("numpy", "scipy", "prdc", "scikit-learn", "torch-fidelity", "torch")}
    expected = {name: measure(pair["real"], pair["fake"]) for name, pair in cases.items()}
    content = {"made_with": packages, "made_by": "python tools/make_golden.py", "cases": expected}
    (GOLDEN / "expected.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(*(f"{path.name}: {path.stat().st_size} bytes" for path in sorted(GOLDEN.iterdir())), sep="\n")


def make_cases(random: np.random.Generator) -> dict[str, dict[str, Any]]:
    """Return pairs of features: half precision to keep them small, continuous so that no distances are equal."""
    mix, bias = random.standard_normal((12, 96)), random.standard_normal(96)

    def network(n: int, scale: float) -> Any:
        return np.maximum(
            random.standard_normal((n, 12)) * scale @ mix / 3 + bias + random.standard_normal((n, 96)) / 2, 0
        )

    centres = random.standard_normal((10, 32)) * 3
    pairs = {
        # Rectified, correlated, of nonzero mean, some never on: like the last hidden layer of a network.
        "network": (network(240, 1.0), network(220, 0.8)),
        "equal": (random.standard_normal((200, 16)), random.standard_normal((180, 16))),
        "narrow": (random.standard_normal((150, 2)), random.standard_normal((160, 2)) * 0.5 + 0.3),
        # Fakes of three modes out of ten.
        "collapsed": (
            centres[random.integers(10, size=150)] + random.standard_normal((150, 32)),
            centres[random.integers(3, size=140)] + random.standard_normal((140, 32)) * 0.9,
        ),
        # Fewer samples than dimensions: both covariances are singular.
        "few": (random.standard_normal((40, 80)), random.standard_normal((36, 80)) + 0.2),
    }
    return {name: case(real.astype(np.float16), fake.astype(np.float16)) for name, (real, fake) in pairs.items()}


def case(real: Any, fake: Any) -> dict[str, Any]:
    """Return the features and the rows of them that torch-fidelity draws for its kernel distance."""
    random = np.random.RandomState(SEED)
    drawn = [[random.choice(len(x), SUBSET_SIZE, replace=False) for x in (real, fake)] for _ in range(SUBSETS)]
    return {"real": real, "fake": fake, "subsets": np.array(drawn, dtype=np.int16)}


def measure(real: Any, fake: Any) -> dict[str, Any]:
    """Return what each reference says of the features, in double precision."""
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    return {
        "fd": {"scipy": scipy_frechet(real, fake), "torch-fidelity": fidelity_frechet(real, fake)},
        "kd": fidelity_kernel(real, fake),
        "prdc": {str(k): prdc(real, fake, k) for k in (3, 5)},
        "torch-fidelity": {str(k): fidelity_precision_recall(real, fake, k) for k in (3, 5)},
    }


def scipy_frechet(real: Any, fake: Any) -> float:
    """Return the distance with a general matrix square root, as its first implementations take it."""
    covariances = [np.cov(x, rowvar=False) for x in (real, fake)]
    root = linalg.sqrtm(covariances[0] @ covariances[1])
    difference = real.mean(0) - fake.mean(0)
    return float(difference @ difference + np.trace(covariances[0] + covariances[1]) - 2 * np.trace(root.real))


def fidelity_frechet(real: Any, fake: Any) -> float:
    """Return torch-fidelity's distance."""
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

    first, second = (fid_features_to_statistics(torch.from_numpy(x)) for x in (real, fake))
    return float(fid_statistics_to_metric(first, second, False)["frechet_inception_distance"])


def fidelity_kernel(real: Any, fake: Any) -> dict[str, float]:
    """Return mean and standard deviation over subsets of torch-fidelity's kernel distance."""
    from torch_fidelity.metric_kid import kid_features_to_metric

    options = {"kid_subsets": SUBSETS, "kid_subset_size": SUBSET_SIZE, "rng_seed": SEED, "verbose": False}
    metrics = kid_features_to_metric(torch.from_numpy(real), torch.from_numpy(fake), **options)
    return {"mean": metrics["kernel_inception_distance_mean"], "std": metrics["kernel_inception_distance_std"]}


def prdc(real: Any, fake: Any, k: int) -> dict[str, float]:
    """Return prdc's precision, recall, density and coverage."""
    from prdc import compute_prdc

    return {name: float(value) for name, value in compute_prdc(real, fake, nearest_k=k).items()}


def fidelity_precision_recall(real: Any, fake: Any, k: int) -> dict[str, float]:
    """Return torch-fidelity's precision and recall."""
    from torch_fidelity.metric_prc import prc_features_to_metric

    options = {"prc_neighborhood": k, "prc_batch_size": 1000, "save_cpu_ram": False, "verbose": False}
    metrics = prc_features_to_metric(torch.from_numpy(fake), torch.from_numpy(real), **options)
    return {name: float(metrics[name]) for name in ("precision", "recall")}


def declare_operators() -> library.Library:
    """Declare what torchvision's import looks for, where its compiled part does not fit this torch."""
    operators = library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return operators


if __name__ == "__main__":
    declared = declare_operators()
    main()
