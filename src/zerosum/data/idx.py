"""MNIST and Fashion-MNIST, in the four original idx files of each.

Sources: LeCun, Cortes and Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0); Xiao, Rasul and Vollgraf,
"Fashion-MNIST", arXiv:1708.07747 (MIT). The idx format: two zero bytes, a type (8 is uint8), the number of dimensions,
each dimension as a big-endian uint32, then the values.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from zerosum.data.dataset import Resident
from zerosum.data.download import Original, obtain
from zerosum.errors import UserError

CLASSES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
}  # fmt: skip

ADDRESSES = {
    "mnist": ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    "fashion-mnist": (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
}

SHA256 = {
    ("mnist", "train-images-idx3"): "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ("mnist", "train-labels-idx1"): "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ("mnist", "t10k-images-idx3"): "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ("mnist", "t10k-labels-idx1"): "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ("fashion-mnist", "train-images-idx3"): "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ("fashion-mnist", "train-labels-idx1"): "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ("fashion-mnist", "t10k-images-idx3"): "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ("fashion-mnist", "t10k-labels-idx1"): "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}

MOST = 1 << 28
"""Values that a file may hold: five times the largest of the known ones."""


def read_idx(path: Path) -> Tensor:
    """Return the uint8 array of a gzipped idx file.

    Raises:
        UserError: the file is no idx file, or is corrupt, truncated or too long; names it.
    """
    remedy = "remove the file so that it is downloaded again, or replace it with the original"
    try:
        with gzip.open(path) as file:
            zeros, kind, dimensions = struct.unpack(">HBB", file.read(4))
            if zeros != 0 or kind != 8 or not 1 <= dimensions <= 4:
                raise UserError(f"{path} is not an idx file of bytes: {remedy}")
            shape = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
            if math.prod(shape) > MOST:
                raise UserError(f"{path} says that it holds {math.prod(shape):,} values: {remedy}")
            content = file.read(math.prod(shape) + 1)  # one more shows a file that is too long
    except (OSError, EOFError, struct.error, zlib.error) as error:
        raise UserError(f"{path} is corrupt or truncated ({error}): {remedy}") from error
    if len(content) != math.prod(shape):
        raise UserError(f"{path} holds {len(content)} values where its header says {math.prod(shape)}: {remedy}")
    return torch.from_numpy(np.frombuffer(content, dtype=np.uint8).reshape(shape).copy())


def load_idx(name: str, *, root: Path | None = None, split: str = "train") -> Resident:
    """Return `mnist` or `fashion-mnist`: uint8 [60000 or 10000, 1, 28, 28] with ten labels.

    Raises:
        UserError: the files are missing and cannot be downloaded, or are damaged, or do not belong together.
    """
    part = "train" if split == "train" else "t10k"
    stems = (f"{part}-images-idx3", f"{part}-labels-idx1")
    images_path, labels_path = obtain(name, [_original(name, stem) for stem in stems], root)
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise UserError(
            f"{images_path} holds {list(images.shape)} and {labels_path.name} {list(labels.shape)} values: "
            f"replace both with the original files"
        )
    if len(labels) and int(labels.max()) >= len(CLASSES[name]):
        raise UserError(f"{labels_path} holds the label {int(labels.max())}: replace it with the original file")
    return Resident(images.unsqueeze(1), name=name, labels=labels.long(), classes=CLASSES[name], split=split)


def _original(name: str, stem: str) -> Original:
    file = f"{stem}-ubyte.gz"
    return Original(file, f"sha256:{SHA256[name, stem]}", tuple(address + file for address in ADDRESSES[name]))
