"""What a training is asked for: one value from the words of a command, or of a call, to the plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from zerosum.data.ranges import Given
from zerosum.data.size import Fit, Size


@dataclass(frozen=True)
class Request:
    """A training as it is asked for; None leaves a choice to the recipe file, the run or what suits.

    Attributes:
        system: a named system, or a recipe file (.yaml); or data, without `data`: then the system that suits them.
        data: a known data set, folder, archive or toy density; default: the recipe file's, or digits.
        settings: overrides of recipe entries, "path=value".
        steps: rounds to play in all.
        minutes: of training in all, without scoring and saving.
        until: "converged" to end when playing on is worth little (`judge.convergence`).
        seed: repeats the run.
        as_published: play by the paper's own values instead of those that suit minutes on a laptop.
        data_root: where known data sets are looked for.
        size: pixels a side, "WIDTHxHEIGHT" or (height, width).
        channels: 1, 3 or 4.
        fit: "crop", "pad" or "stretch" for images of other proportions.
        value_range: "LOW:HIGH" or a pair, the values of black and white of arrays and of files of more than 8 bits.
        column: of a table, what its columns are, "NAME=TYPE".
        tokens: of text, what a token is: word, byte or bpe.
        length: of text, tokens of a sentence or of a window.
        sentences: of text, line or window.
        strict: refuse data with an unreadable file.
        target: of systems that translate, a second set of images.
        pairs: of them, "side-by-side" or a pair maker such as "edges" (`data.names.MAKERS`).
        crops: of them, whether to train on random crops and mirror images; default: where files are fewer than 5,000
            or differ in size.
        sharpness: how far the game sharpens what regression makes, 0 for the least error, 1 for the game in full.
        trust: packages whose code a run or a recipe may name that somebody else wrote (`core.registry`).
    """

    system: str
    data: str | None = None
    settings: Sequence[str] = ()
    steps: int | None = None
    minutes: float | None = None
    until: Literal["converged"] | None = None
    seed: int | None = None
    as_published: bool = False
    data_root: Path | None = None
    size: Size | None = None
    channels: int | None = None
    fit: Fit | None = None
    value_range: Given | None = None
    column: Sequence[str] = ()
    tokens: str | None = None
    length: int | None = None
    sentences: str | None = None
    strict: bool = False
    target: str | None = None
    pairs: str | None = None
    crops: bool | None = None
    sharpness: float | None = None
    trust: Sequence[str] = ()

    @property
    def form(self) -> dict[str, Any]:
        """What images are brought to: size, channels, fit and range; what columns are; and how text is taken apart."""
        images = {"size": self.size, "channels": self.channels, "fit": self.fit, "value_range": self.value_range}
        text = {"tokens": self.tokens, "length": self.length, "sentences": self.sentences}
        return images | text | ({"column": tuple(self.column)} if self.column else {})
