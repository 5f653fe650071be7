"""What every kind of data answers. Free of torch: a kind's parts are imported when they are first asked.

Outside, samples are what users read and write; inside, what networks see. A kind is a class that names six parts, each
a small class in a module of its own. None of them is told of a system, and none asks how many dimensions samples have.
"""

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from zerosum.core.importing import load
from zerosum.core.spec import Spec, Unit
from zerosum.errors import UserError

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from zerosum.core.control import Control
    from zerosum.data.dataset import Dataset
    from zerosum.metrics.space import Features
    from zerosum.metrics.tables.layout import Layout
    from zerosum.networks.headed import Head


@dataclass(frozen=True)
class Scan:
    """What `zerosum data check` says of data before anything is trained.

    Args:
        source: what the user named.
        name: what to call the data.
        spec: what the samples are.
        splits: how many samples each split has.
        problems: what was left out, each with the reason.
    """

    source: str
    name: str
    spec: Spec
    splits: Mapping[str, int]
    problems: Sequence[tuple[str, str]] = ()

    def lines(self) -> list[str]:
        """Return it in words."""
        counts = ", ".join(f"{count:,} {split}" for split, count in self.splits.items())
        first = f"{self.source}: {self.spec.kind} {list(self.spec.shape)}; {counts}"
        return [first, *(f"left out {place}: {reason}" for place, reason in self.problems)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        own = {"source": self.source, "name": self.name, "splits": dict(self.splits), "problems": list(self.problems)}
        return own | {"spec": self.spec.to_dict()}


class Reading(abc.ABC):
    """From what a user names to a data set.

    Attributes:
        takes: entries of the form that only some kinds know, and this one does (`zerosum.kinds.load.OWN`).
    """

    takes: ClassVar[Sequence[str]] = ()

    @abc.abstractmethod
    def claims(self, source: str, **form: Any) -> bool:
        """Return whether `source`, a known name or a path, holds data of this kind; reads no more than it must.

        `form`: as `dataset` has it, of which `column` may say that a file is of another kind.
        """

    @abc.abstractmethod
    def scan(self, source: str, **form: Any) -> Any:
        """Return what `zerosum data check` says: a `Scan`, or of images and points a `zerosum.data.check.Report`.

        `form`: as `zerosum.data.check.check` has it. UserError: nothing can be read.
        """

    @abc.abstractmethod
    def dataset(self, source: str, *, split: str = "train", **form: Any) -> "Dataset":
        """Return a split of `source`; `form` as `zerosum.data.load.load` has it. UserError: it cannot be read."""

    def samples(self, path: Path, like: "Dataset") -> "Dataset":
        """Return samples that others made, in the form of the data that they are compared with.

        UserError: they cannot be read, or are not of that form; or this kind reads none.
        """
        raise UserError(f"{like.name} holds {like.spec.answers.unit.many}: only runs on them are scored, give a run")


class Units(abc.ABC):
    """Between what users see and what networks see. Either way round, whole numbers stay whole where they must."""

    @abc.abstractmethod
    def inside(self, samples: "Tensor", spec: Spec) -> "Tensor":
        """Map samples [N, ...] from outside to inside, [N, *spec.shape]."""

    @abc.abstractmethod
    def outside(self, samples: "Tensor", spec: Spec) -> "Tensor":
        """Map samples [N, *spec.shape] from inside to outside."""

    def joined(self, samples: "Mapping[str, Tensor]", spec: Spec) -> "Tensor":
        """Return as one tensor inside, [N, *spec.shape], what a game made as several; here the first of them."""
        return next(iter(samples.values()))

    def unrounded(self, samples: "Tensor", spec: Spec) -> "Tensor":
        """Map samples as `outside` does, but leave them floats where it rounds."""
        return self.outside(samples, spec)


class Showing(abc.ABC):
    """What samples look like, outside ones all of them.

    Attributes:
        many: how many stand in a picture of a run.
        few: how many stand in a picture of a race.
        columns: in which they stand; 0 where there are none, and then what samples are made from is not drawn.
        single: whether one sample is a picture that can stand for itself, beside its neighbours and in a film.
    """

    many: ClassVar[int]
    few: ClassVar[int]
    columns: ClassVar[int] = 0
    single: ClassVar[bool] = False

    @abc.abstractmethod
    def picture(
        self, samples: "Tensor", spec: Spec, real: "Tensor | None" = None, *, columns: int | None = None
    ) -> "Image.Image":
        """Draw all of the samples, with real ones behind where that helps."""

    @abc.abstractmethod
    def small(self, samples: "Tensor", spec: Spec, real: "Tensor | None" = None) -> "Image.Image":
        """Draw at most `few` samples, for a page of many such pictures."""

    def pyramid(self, stages: "Sequence[Tensor]", spec: Spec, real: "Tensor | None" = None) -> "Image.Image":
        """Draw samples, the last of the stages, below what they were made from."""
        return self.picture(stages[-1], spec, real)

    def axis(self, real: "Tensor", spec: Spec) -> "Tensor | None":
        """Return the places, outside, at which D is drawn over the whole space; None where a space has no picture."""
        return None

    def embed(self, source: str, title: str) -> str:
        """Return the HTML that shows a file of samples, whose content `source` holds as a data URL."""
        return f'<img src="{source}" alt="{title}">'


class Writing(abc.ABC):
    """Samples as files: a picture, an archive, one file each."""

    ending: ClassVar[str | None] = None
    """Of the file of one sample, ".png"; None where samples do not stand in files of their own."""
    endings: ClassVar[Sequence[str]] = ()
    """Of files of all samples at once, beside the picture .png and the archive .npz."""

    def save(self, sample: "Tensor", spec: Spec, path: Path, metadata: Mapping[str, Any] | None) -> None:
        """Write one sample to a file with `ending`, in one piece, and how it was made."""
        raise NotImplementedError(f"{type(self).__name__} has no ending, so none of its samples is a file")

    def save_all(self, samples: "Tensor", spec: Spec, path: Path) -> None:
        """Write all samples to one file with one of `endings`, in one piece."""
        raise NotImplementedError(f"{type(self).__name__} has no endings, so its samples are no such file")

    def lines(self, samples: "Tensor", spec: Spec) -> list[str]:
        """Return samples as lines for a terminal; none where they are not read but looked at."""
        return []

    @abc.abstractmethod
    def array(self, samples: "Tensor", spec: Spec) -> Any:
        """Return what stands in an .npz archive as `samples`."""


class Judging(abc.ABC):
    """Where distances between samples are taken."""

    names: ClassVar[Sequence[str]] = ()
    """Which of `zerosum.metrics.names.FEATURES` can be asked for; those of packages say so themselves."""
    samples: ClassVar[int] = 10_000
    """How many samples are judged where no number is given."""
    aimed: ClassVar[bool] = False
    """Whether a target is a column of the data, which models are to tell from the others."""

    @abc.abstractmethod
    def place(self, samples: "Tensor", spec: Spec) -> "Tensor":
        """Return outside samples as float32 [N, d], of which a Euclidean distance tells how alike they look."""

    def near(self, samples: "Tensor", spec: Spec) -> "Tensor":
        """Return inside samples as float32 [N, d], of which a Euclidean distance tells the same."""
        return self.place(samples, spec)

    @abc.abstractmethod
    def features(self, train: "Dataset", test: "Dataset", *, device: Any = "cpu", cache: Path | None) -> "Features":
        """Return the space that samples are scored in, where none is asked for."""

    def layout(self, data: "Dataset") -> "Layout | None":
        """Return the columns of a data set, where samples are rows of a table, float64 [N, C] outside; else None."""
        return None


class Suiting(abc.ABC):
    """What suits such data: networks, rates, how long.

    Attributes:
        augmentations: the names of those that a game may use.
        sized: whether the user chooses a size, which a smaller one makes cheaper.
        rate: at which Adam learns them in thousands of rounds.
    """

    augmentations: ClassVar[Sequence[str]] = ()
    sized: ClassVar[bool] = False
    rate: ClassVar[float] = 1e-3

    @abc.abstractmethod
    def defaults(self, spec: Spec, *, restored: bool = False) -> str:
        """Return which of `recipe.defaults.DEFAULTS`, and of the tunings, suit. `restored`: see `core.game.Facts`."""

    def system(self, spec: Spec) -> tuple[str, str]:
        """Return the system that is taken where none is named, and why: by the figures in docs/results.md."""
        return "r1gan", "as it does on most data"

    @abc.abstractmethod
    def rounds(self, spec: Spec) -> int:
        """Return about how many rounds a system needs before its samples can be judged."""

    @abc.abstractmethod
    def gamma(self, spec: Spec) -> float:
        """Return the weight of R1 that suits."""

    def head(self, spec: Spec) -> "Head | None":
        """Return what a generator ends in where samples are not numbers of one sort; None where networks end as usual.

        Generators then make raw numbers of the shape of a sample, and the head makes samples of them.
        """
        return None

    @abc.abstractmethod
    def described(self, spec: Spec, *, translated: bool = False) -> str:
        """Return what is made in words: "64x64 images", "points"."""


class Wanted(abc.ABC):
    """Which samples are wanted: the others are drawn and thrown away."""

    @abc.abstractmethod
    def keeps(self, samples: "Tensor") -> "Tensor":
        """Return of samples outside which are wanted, bool [N]."""

    def inputs(self, controls: "Sequence[Control]", n: int) -> "Mapping[str, Tensor]":
        """Return inputs for `n` samples, [n, ...] by control, of which more are wanted; {} where no control helps."""
        return {}


class Choosing:
    """Which samples are wanted, in words. A kind that has none of its own cannot be asked for any."""

    def wanted(
        self, conditions: Sequence[str], constraints: Sequence[str], spec: Spec, real: "Callable[[], Tensor]"
    ) -> Wanted:
        """Return which samples meet all words.

        Args:
            conditions: what samples are, such as "income=>50K".
            constraints: how what they hold goes together, such as "low<high".
            spec: of the samples.
            real: returns samples to train on, outside, where a constraint is of what there is.

        Raises:
            UserError: a word that says nothing of such samples, or that none can meet.
        """
        raise UserError(f"--condition and --constraint are of tables, and this is {spec.kind}: leave them out")


class Kind(abc.ABC):
    """One kind of data: its name, what samples are called, and the parts that answer, loaded when asked for."""

    name: ClassVar[str]
    unit: ClassVar[Unit]
    discrete: ClassVar[bool] = False
    """Whether samples are rows of tokens, int64 [N, L]: see `core.game.Game.discrete`."""
    parts: ClassVar[Mapping[str, str]]
    """Of each of the parts below "package.module:Name"; all kinds have the first six."""

    @cached_property
    def reading(self) -> Reading:
        """From a source to a data set."""
        return cast(Reading, self._part("reading"))

    @cached_property
    def units(self) -> Units:
        """Outside and inside."""
        return cast(Units, self._part("units"))

    @cached_property
    def showing(self) -> Showing:
        """Pictures."""
        return cast(Showing, self._part("showing"))

    @cached_property
    def writing(self) -> Writing:
        """Files."""
        return cast(Writing, self._part("writing"))

    @cached_property
    def judging(self) -> Judging:
        """Distances and features."""
        return cast(Judging, self._part("judging"))

    @cached_property
    def suiting(self) -> Suiting:
        """Defaults."""
        return cast(Suiting, self._part("suiting"))

    @cached_property
    def choosing(self) -> Choosing:
        """Conditions; a part that a kind may do without."""
        return cast(Choosing, self._part("choosing")) if "choosing" in self.parts else Choosing()

    def _part(self, name: str) -> Any:
        return load(self.parts[name])()
