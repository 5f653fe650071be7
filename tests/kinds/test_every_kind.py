"""What every kind of data holds to, a stranger's too."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from tiny import TEXT
from zerosum.core.spec import Spec
from zerosum.kinds.table import KINDS, every, kind_of, named
from zerosum.sampling.files import write_samples

SOURCES = {"points": "8-ring", "image": "digits"}


@pytest.fixture(params=[*KINDS, "series"])
def data(request, installed, waves, people):
    """A few samples of each kind, as a data set."""
    source = (SOURCES | {"series": str(waves), "table": str(people), "text": TEXT})[request.param]
    return named(request.param).reading.dataset(source)


@pytest.fixture
def samples(data):
    """Forty samples, outside."""
    return data.outside(data.batch(torch.arange(40))["real"])


def test_what_is_taken_inside_comes_back(data, samples):
    units = kind_of(data.spec).units
    inside = units.inside(samples, data.spec)
    again = units.outside(inside, data.spec)
    assert tuple(inside.shape[1:]) == data.spec.shape == data.shape
    assert again.dtype == samples.dtype
    assert torch.allclose(again.double(), samples.double(), atol=1e-5, equal_nan=True)
    assert torch.allclose(units.unrounded(inside, data.spec).double(), samples.double(), atol=1e-4, equal_nan=True)
    assert torch.allclose(inside, data.batch(torch.arange(40))["real"], atol=1e-6)


def test_pictures_have_something_in_them(data, samples):
    showing = kind_of(data.spec).showing
    for picture in (
        showing.picture(samples, data.spec),
        showing.picture(samples, data.spec, samples),
        showing.small(samples, data.spec, samples),
        showing.pyramid([samples], data.spec, samples),
    ):
        assert isinstance(picture, Image.Image)
        assert min(picture.size) > 8
        assert any(low < high for low, high in picture.convert("RGB").getextrema())
    assert 'src="data:,x"' in showing.embed("data:,x", "samples")


def test_samples_are_written_and_read_back(data, samples, tmp_path):
    kind = kind_of(data.spec)
    archive = write_samples(tmp_path / "some.npz", samples, None, None, spec=data.spec)
    with np.load(archive) as arrays:
        assert np.array_equal(
            arrays["samples"], kind.writing.array(samples, data.spec), equal_nan=samples.is_floating_point()
        )
    assert write_samples(tmp_path / "some.png", samples, None, None, spec=data.spec).stat().st_size > 100
    if kind.writing.ending is None:
        return
    folder = write_samples(tmp_path / "some", samples, None, None, spec=data.spec)
    assert len(list(folder.glob(f"*{kind.writing.ending}"))) == 40


def test_distances_are_taken_between_rows_of_numbers(data, samples):
    judging = kind_of(data.spec).judging
    place, near = judging.place(samples, data.spec), judging.near(data.batch(torch.arange(40))["real"], data.spec)
    assert place.ndim == near.ndim == 2
    assert len(place) == len(near) == 40
    assert torch.isfinite(place).all()
    assert float(torch.pdist(place).max()) > 0


def test_a_spec_goes_through_json(data):
    again = Spec.from_dict(json.loads(json.dumps(data.spec.to_dict())))
    assert again == data.spec
    assert kind_of(again).name == data.spec.kind


def test_defaults_are_known(data):
    from zerosum.recipe.defaults import DEFAULTS, WRITING

    suiting = kind_of(data.spec).suiting
    assert suiting.defaults(data.spec) in DEFAULTS | WRITING
    assert suiting.rounds(data.spec) > 0
    assert suiting.gamma(data.spec) > 0
    assert suiting.rate > 0
    assert suiting.described(data.spec)


def test_a_kind_claims_its_own_sources_and_no_others(installed, waves, people):
    sources = SOURCES | {"series": str(waves), "table": str(people), "text": TEXT}
    for kind in every():
        claimed = [name for name, source in sources.items() if kind.reading.claims(source)]
        assert claimed == [kind.name]


def test_a_unit_counts(data):
    unit = kind_of(data.spec).unit
    assert (unit.count(1), unit.count(2000)) == (f"1 {unit.one}", f"2,000 {unit.many}")
