"""Writing a training's terms and pictures for TensorBoard, where it is installed; nothing else of zerosum needs it."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zerosum.errors import UserError


class TensorBoard:
    """Writes event files into `folder`, which is made with the first of them.

    Raises:
        UserError: tensorboard is not installed.
    """

    def __init__(self, folder: Path | str) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise UserError("tensorboard is not installed: pip install 'zerosum[tensorboard]'") from error
        self._open = functools.partial[Any](SummaryWriter, str(folder))

    @functools.cached_property
    def _writer(self) -> Any:
        return self._open()

    def terms(self, step: int, terms: dict[str, float]) -> None:
        """Write the terms (or scores) of a round under their own names."""
        for name, value in terms.items():
            self._writer.add_scalar(name, value, step)

    def picture(self, step: int, image: Image.Image, *, name: str = "samples") -> None:
        """Write a picture, as `zerosum.drawing.pictures` makes it."""
        self._writer.add_image(name, np.asarray(image.convert("RGB")), step, dataformats="HWC")

    def close(self) -> None:
        """Write what is still held and close the file."""
        if "_writer" in self.__dict__:
            self._writer.close()
