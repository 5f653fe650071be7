"""Features of networks that others trained, for who asks for them by name: Inception-v3 and DINOv2.

Both are torch-fidelity's, an extra: `pip install zerosum[fidelity]`. Only what is computed here downloads anything.
"""

import hashlib
import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.data.channels import on_white
from zerosum.data.dataset import Dataset
from zerosum.errors import UserError
from zerosum.metrics.inception import INCEPTION, SHA256
from zerosum.metrics.space import Features
from zerosum.storage.json_files import digest

log = logging.getLogger(__name__)
BATCH = 50
URL = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth"
DINO = "dinov2-vit-l-14"


def extra_features(name: str, *, device: torch.device | str = "cpu") -> Features:
    """Return the features `name` of uint8 images [N, C, H, W]; the network runs on `device`.

    "inception": the 2,048 pooled outputs of the Inception-v3 that the FID is defined with (Heusel et al.,
    arXiv:1706.08500), weights of 2015, resized to 299 x 299 as TensorFlow 1 does. "dinov2": the 1,024 outputs of
    DINOv2 ViT-L/14 (Oquab et al., arXiv:2304.07193), which agree better with people's judgement (Stein et al.,
    arXiv:2306.04675). Grey images are repeated in three channels, RGBA is put on white. Weights are downloaded once, to
    torch.hub's folder.

    Raises:
        UserError: torch-fidelity is not installed, the weights cannot be had, or they are not the known ones.
    """
    network, fingerprint, processing = _NETWORKS[name]()
    network = network.to(device).eval()

    @torch.no_grad()
    def extract(images: Tensor) -> Tensor:
        parts = (on_white(part).expand(-1, 3, -1, -1).to(device) for part in torch.split(images, BATCH))
        return torch.cat([network(part)[0].float().cpu() for part in parts])

    return Features(name, fingerprint, extract, processing)


def inception_features(
    train: Dataset, test: Dataset, *, device: torch.device | str = "cpu", cache: Path | None = None
) -> Features:
    """Return `extra_features` "inception"; see `space.Maker`."""
    return extra_features("inception", device=device)


def dinov2_features(
    train: Dataset, test: Dataset, *, device: torch.device | str = "cpu", cache: Path | None = None
) -> Features:
    """Return `extra_features` "dinov2"; see `space.Maker`."""
    return extra_features("dinov2", device=device)


def _inception() -> tuple[nn.Module, str, str]:
    fidelity = torch_fidelity("inception")
    path = inception_weights()
    network = fidelity.FeatureExtractorInceptionV3(
        "inception-v3-compat", ["2048"], feature_extractor_weights_path=str(path)
    )
    return network, INCEPTION, "299 x 299 by TensorFlow 1's bilinear, (x - 128) / 128"


def _dinov2() -> tuple[nn.Module, str, str]:
    fidelity = torch_fidelity("dinov2")
    log.warning("loading the code of facebookresearch/dinov2 and its weights (1.2 GB) through torch.hub")
    try:
        network: nn.Module = fidelity.FeatureExtractorDinoV2(DINO, ["dinov2"])
    except (OSError, RuntimeError) as error:
        raise UserError(f"dinov2 cannot be loaded ({error}): connect to the internet, once is enough") from error
    return (
        network,
        _weights_digest(network),
        f"{DINO}, 224 x 224 by TensorFlow 1's bilinear, ImageNet mean and deviation",
    )


_NETWORKS: dict[str, Callable[[], tuple[nn.Module, str, str]]] = {"inception": _inception, "dinov2": _dinov2}


def inception_weights() -> Path:
    """Return the file of Inception's weights, downloaded where it is missing and checked against their SHA-256.

    Raises:
        UserError: it cannot be downloaded, or it is another file.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / URL.rpartition("/")[2]
    if not path.exists():
        log.warning("downloading the weights of Inception-v3 (96 MB) to %s", path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            torch.hub.download_url_to_file(URL, str(path), hash_prefix=SHA256, progress=False)
        except (OSError, RuntimeError) as error:
            raise UserError(
                f"the weights of Inception-v3 cannot be downloaded ({error}): put {URL} to {path}"
            ) from error
    # They are a pickle, which torch-fidelity reads without restrictions: nothing but the known bytes may get there.
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise UserError(f"{path} does not hold the weights that FID is defined with: delete it to download them anew")
    return path


def torch_fidelity(name: str, module: str = "") -> Any:
    """Import torch-fidelity, or a module of it, for what is called `name`.

    Raises:
        UserError: it is not installed, or cannot be imported.
    """
    try:
        return importlib.import_module(f"torch_fidelity.{module}" if module else "torch_fidelity")
    except ModuleNotFoundError as error:
        raise UserError(f"{name} needs {error.name}: pip install 'zerosum[fidelity]'") from error
    except RuntimeError as error:
        # torchvision raises this where it was built for another torch.
        reason = str(error).splitlines()[0]
        raise UserError(
            f"torch-fidelity cannot be imported ({reason}): install the torchvision of your torch"
        ) from error


def _weights_digest(network: nn.Module) -> str:
    hashes = {
        name: hashlib.sha256(weight.detach().cpu().contiguous().numpy().tobytes()).hexdigest()
        for name, weight in network.state_dict().items()
    }
    return digest(hashes)
