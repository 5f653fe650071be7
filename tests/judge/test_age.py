"""Age: how many rounds a run needs depends on what it makes, and is said in words."""

from tiny import recipe
from zerosum.core.spec import kind_by
from zerosum.judge.age import age, needed, played, waiting


def of_shape(*shape, **fields):
    made = recipe()
    kind = kind_by(shape)
    return made.model_copy(update={"data": made.data.model_copy(update={"shape": shape, "kind": kind, **fields})})


def test_larger_images_need_more_rounds_and_translations_half_as_many():
    assert [needed(of_shape(3, side, side)) for side in (8, 16, 64)] == [400, 800, 3200]
    assert needed(of_shape(3, 32, 64)) == needed(of_shape(3, 64, 64))
    assert needed(of_shape(2)) == 1000
    assert needed(recipe("pix2pix", "digits")) == needed(recipe("r1gan", "digits")) / 2
    assert needed(recipe("projected", "digits")) == 0.3 * needed(recipe("r1gan", "digits"))


def test_age_is_what_was_played_of_what_is_needed():
    assert age(320, of_shape(3, 64, 64)) == 0.1
    assert played([]) == 0
    assert played([{"step": 5}, {"step": 10}]) == 10


def test_waiting_is_said_with_both_numbers():
    evidence = waiting(45, of_shape(3, 64, 64))
    assert (evidence.value, evidence.normal, evidence.says) == (45.0, "from 3200", "64x64 images need about 3,200")
    assert waiting(1, of_shape(2)).says == "points need about 1,000"
    assert waiting(1, recipe("pix2pix", "digits")).says == "translations of 8x8 images need about 200"
