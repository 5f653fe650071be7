"""What series look like, how they are written, compared and made."""

from PIL import Image, ImageDraw

from zerosum.kinds.kind import Judging, Showing, Suiting, Units, Writing
from zerosum.metrics.features import coordinates


class Maps(Units):
    def inside(self, samples, spec):
        return (samples - spec.facts["mean"]) / spec.facts["deviation"]

    def joined(self, samples, spec):
        """Where a series has ended it stays at the mean, which is 0 inside."""
        return samples["series"] * samples["mask"]

    def outside(self, samples, spec):
        return samples * spec.facts["deviation"] + spec.facts["mean"]


class Shows(Showing):
    many, few = 40, 20

    def picture(self, samples, spec, real=None, *, columns=None):
        image = Image.new("RGB", (200, 100), "white")
        draw = ImageDraw.Draw(image)
        for series in () if real is None else real[: self.many]:
            self._line(draw, series, "grey")
        for series in samples:
            self._line(draw, series, "red")
        return image

    def small(self, samples, spec, real=None):
        return self.picture(samples[: self.few], spec, real)

    def _line(self, draw, series, colour):
        values = series.flatten().clamp(-10, 10).tolist()
        step = 200 / max(len(values) - 1, 1)
        draw.line([(at * step, 50 - 5 * value) for at, value in enumerate(values)], fill=colour)


class Writes(Writing):
    ending = ".csv"

    def save(self, sample, spec, path, metadata):
        path.write_text(",".join(f"{value:.6g}" for value in sample.flatten().tolist()) + "\n", encoding="utf-8")

    def array(self, samples, spec):
        return samples.numpy()


class Judges(Judging):
    def place(self, samples, spec):
        return samples.flatten(1).float()

    def features(self, train, test, *, device="cpu", cache):
        return coordinates(train)


class Suits(Suiting):
    def defaults(self, spec, *, restored=False):
        return "points"

    def rounds(self, spec):
        return 500

    def gamma(self, spec):
        return 0.1

    def described(self, spec, *, translated=False):
        return f"series of {spec.shape[-1]}"
