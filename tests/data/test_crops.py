"""Crops change what training sees, and nothing that is judged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data.pairing import load_translation
from zerosum.tasks.translation.sampler import judged_by


def pictures(folder: Path, seed: int) -> str:
    """Write thirty images of noise, 40 pixels a side, and return where."""
    random = np.random.default_rng(seed)
    folder.mkdir()
    for number in range(30):
        Image.fromarray(random.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(folder / f"{number:02}.png")
    return str(folder)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("how", ["grey", "target", "unmatched"])
def test_crops_do_not_change_what_is_judged(how: str, paired: bool, tmp_path: Path) -> None:
    """Equal fingerprints, and equal pixels under them, of all that a score's protocol names."""
    options: dict[str, Any] = {"paired": paired and how != "unmatched"}
    options |= {"pairs": "grey"} if how == "grey" else {"target": pictures(tmp_path / "theirs", 1)}
    source = pictures(tmp_path / "ours", 0)
    for split in ("train", "test"):
        (plain, cropped) = (load_translation(source, crops=crops, split=split, **options) for crops in (False, True))
        for direction in ("forward", "backward"):
            ours, theirs = judged_by(plain, direction), judged_by(cropped, direction)
            assert (ours.fingerprint, ours.name, ours.shape) == (theirs.fingerprint, theirs.name, theirs.shape)
            rows = torch.arange(len(ours))
            assert torch.equal(ours.batch(rows)["real"], theirs.batch(rows)["real"])
        rows = torch.arange(len(plain.sources))
        assert torch.equal(plain.inputs(rows)["x"], cropped.inputs(rows)["x"])
    assert plain.sources.fingerprint == cropped.sources.fingerprint
    train = load_translation(source, crops=True, **options)
    seen = train.drawn(torch.arange(4), torch.arange(4))["real"]
    assert not torch.equal(seen, train.batch(torch.arange(4))["real"])
