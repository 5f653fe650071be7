import numpy as np
import pytest
from PIL import Image

from zerosum.core.importing import load
from zerosum.errors import UserError
from zerosum.recipe.schema import Data
from zerosum.recipe.table import SYSTEMS
from zerosum.recipe.training_data import Material, material
from zerosum.tasks.table import task_of
from zerosum.training.planning import data_fields


def found(system: str, known=(), **given) -> Material:
    return task_of(load(SYSTEMS[system].game)).asked_for(system, material(dict(known), given))


def test_options_win_over_the_file_and_the_file_over_the_default():
    assert found("r1gan").source == "digits"
    assert found("r1gan", {"source": "mnist", "size": 32}).source == "mnist"
    assert found("r1gan", {"source": "mnist", "size": 32}, source="photos") == Material("photos", size=32)
    assert found("r1gan", {"source": "mnist"}, source=None, size=None) == Material("mnist")


def test_a_target_takes_the_place_of_pairs_and_the_other_way_round():
    file = {"source": "mnist", "pairs": "grey", "target": None}
    assert found("pix2pix", file) == Material("mnist", pairs="grey", paired=True)
    assert found("pix2pix", file, target="b") == Material("mnist", target="b", paired=True)
    assert found("pix2pix", {"source": "a", "target": "b"}, pairs="edges") == Material("a", pairs="edges", paired=True)
    with pytest.raises(UserError, match="either --target"):
        found("pix2pix", {"source": "a"}, target="b", pairs="edges").load()


def test_the_game_says_whether_pairs_belong_together():
    assert found("pix2pix", pairs="edges").paired
    assert not found("cyclegan", pairs="edges").paired
    assert found("inpainting") == Material("digits", pairs="masked", paired=True)
    assert found("inpainting", pairs="masked:box").pairs == "masked:box"


@pytest.mark.parametrize(
    ("system", "given", "message"),
    [
        ("r1gan", {"pairs": "grey"}, "r1gan translates nothing: leave out --target and --pairs"),
        ("pix2pix", {}, "pix2pix translates images: give --target"),
        ("inpainting", {"target": "b"}, "inpainting fills holes: leave out --target"),
        ("inpainting", {"pairs": "grey"}, "inpainting fills holes"),
        ("pix2pix", {"pairs": "masked:free"}, "is not told where holes are: train inpainting with --pairs masked:free"),
    ],
)
def test_what_does_not_go_together_is_refused(system, given, message):
    with pytest.raises(UserError, match=message):
        found(system, **given)


def test_sources_and_targets_in_one_folder_need_no_word(tmp_path):
    for name in ("trainA/0.png", "trainA/1.png", "trainB/0.png", "trainB/1.png", "testA/2.png", "testB/2.png"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (16, 16)).save(tmp_path / "data" / name)
    source = str(tmp_path / "data")
    assert found("cyclegan", source=source) == Material(source, pairs="folders")
    assert found("pix2pix", source=source) == Material(source, pairs="folders", paired=True)
    assert found("pix2pix", source=source, pairs="edges").pairs == "edges"
    assert found("r1gan", source=source).pairs is None
    assert [len(found("cyclegan", source=source).load(split)) for split in ("train", "test")] == [2, 1]


def test_a_recipe_brings_the_data_back():
    wanted = found("cyclegan", {}, pairs="noisy:0.1", size=8)
    dataset = wanted.load()
    data = Data(source=wanted.source, size=8, **wanted.fields(dataset))
    assert Material.of(data) == wanted
    assert Material.of(data).load().fingerprint == dataset.fingerprint
    assert data.source_shape == (1, 8, 8)
    plain = found("r1gan")
    assert Material.of(Data(source="digits", **plain.fields(plain.load()))) == plain


def test_the_range_of_deep_images_is_recorded_and_found_again(tmp_path):
    for number, values in enumerate(([0, 4000], [1638, 0], [9, 9])):
        Image.fromarray(np.tile(np.array(values, np.uint16), (8, 4))).save(tmp_path / f"{number}.png")
    for asked, levels in ((None, (0.0, 4095.0)), ("0:4000", (0.0, 4000.0))):
        wanted = found("r1gan", source=str(tmp_path), value_range=asked)
        dataset = wanted.load()
        data = Data(**data_fields(wanted.source, dataset, None, None) | wanted.fields(dataset))
        assert (data.levels, data.source_levels) == (levels, None)
        assert Data.model_validate(data.model_dump(mode="json")) == data
        assert Material.of(data).load().fingerprint == dataset.fingerprint
        assert Material.of(data).load("test").levels == levels
    translated = found("pix2pix", source=str(tmp_path), pairs="noisy:0.1")
    assert translated.load().source_levels == (0.0, 4095.0)
