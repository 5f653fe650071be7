import pytest

from zerosum.data.layout import folder_names, held_out, labelled, only, place
from zerosum.errors import UserError


def _by_split(names: list[str]) -> dict[str, list[str]]:
    layout = place(names)
    return {split: [file.name for file in layout.of(split)] for split in ("train", "test")}


def test_sub_folders_are_labels() -> None:
    layout = place(["dog/a.png", "cat/x/b.png", "dog/c.png"])
    assert layout.classes == ("cat", "dog")
    assert {file.name: file.label for file in layout.files} == {
        "dog/a.png": "dog",
        "cat/x/b.png": "cat",
        "dog/c.png": "dog",
    }


def test_train_and_test_folders_are_the_splits() -> None:
    names = ["train/a/1.png", "train/b/2.png", "test/a/3.png"]
    assert _by_split(names) == {"train": names[:2], "test": names[2:]}
    assert place(names).classes == ("a", "b")
    assert _by_split(["Train/1.png", "Val/2.png"]) == {"train": ["Train/1.png"], "test": ["Val/2.png"]}


def test_accents_of_one_code_point_and_of_two_are_the_same() -> None:
    one, two = "caf\u00e9", "cafe\u0301"
    both = place([f"train/{one}/1.png", f"test/{two}/2.png", "train/tea/3.png"])
    assert both.classes == (one, "tea")
    assert [file.name for file in both.files] == [f"train/{one}/1.png", f"test/{two}/2.png", "train/tea/3.png"]
    assert [file.key for file in both.files][:2] == [f"train/{one}/1.png", f"test/{one}/2.png"]
    names = [f"{one}{number}.png" for number in range(20)]
    held = [file.key for file in place([name.replace(one, two) for name in names]).of("test")]
    assert held == [file.key for file in place(names).of("test")]


def test_wrapping_folders_are_passed_over() -> None:
    wrapped = place(["pets/all/cat/1.png", "pets/all/dog/2.png"])
    assert wrapped.classes == ("cat", "dog")
    assert [file.key for file in wrapped.files] == ["cat/1.png", "dog/2.png"]
    assert place(["data/train/a/1.png", "data/train/b/1.png", "data/test/a/1.png"]).split_rule.startswith("sub-folders")


def _many(folder: str, count: int) -> list[str]:
    return [f"{folder}/{number}.png" if folder else f"{number}.png" for number in range(count)]


def test_what_lies_beside_train_and_test_is_in_neither() -> None:
    names = [*_many("train/cat", 3), *_many("train/dog", 3), *_many("test/cat", 2), *_many("test/dog", 2)]
    layout = place([*names, "cover.png", *_many("extra", 20)])
    assert [file.name for file in layout.of("test")] == names[6:]
    assert [file.name for file in layout.of("train")] == names[:6]
    assert layout.classes == ("cat", "dog")
    assert {name for name, _ in layout.strays} == {"cover.png", *_many("extra", 20)}
    assert dict(layout.strays)["cover.png"] == "lies beside the folders train and test"
    assert [file.key for file in layout.files] == names
    assert layout.meaning == "folders train and test are the splits; class folders cat, dog"


def test_backslashes_separate_folders() -> None:
    layout = place(["train\\cat\\0.png", "train\\dog\\0.png", "test\\cat\\0.png"])
    assert {file.name: (file.split, file.label, file.key) for file in layout.files} == {
        "train\\cat\\0.png": ("train", "cat", "train/cat/0.png"),
        "train\\dog\\0.png": ("train", "dog", "train/dog/0.png"),
        "test\\cat\\0.png": ("test", "cat", "test/cat/0.png"),
    }


@pytest.mark.parametrize("pattern", ["{split}{side}", "data/{split}_{lower}"])
def test_cyclegans_folders_are_splits_of_two_sides(pattern: str) -> None:
    names = {
        (split, side): _many(pattern.format(split=split, side=side, lower=side.lower()), count)
        for split, side, count in (("train", "A", 4), ("train", "B", 5), ("test", "A", 2), ("test", "B", 3))
    }
    layout = place([name for each in names.values() for name in each])
    assert {file.name: (file.split, file.label) for file in layout.files} == {
        name: key for key, each in names.items() for name in each
    }
    assert layout.classes == ("A", "B")
    assert layout.strays == ()
    assert "A and B are two sides: sources and targets to a system that translates" in layout.meaning
    held = place(names["train", "A"] + names["train", "B"])
    assert held.classes == ("A", "B")
    assert {file.split for file in held.files} == {"train", "test"}
    assert not held.own_splits


def test_one_side_alone_has_splits_and_no_labels() -> None:
    layout = place(["trainA/1.png", "testA/1.png"])
    assert [(file.split, file.label) for file in layout.files] == [("train", None), ("test", None)]
    with pytest.raises(UserError, match="testB has no trainB beside it"):
        place(["trainA/1.png", "trainA/2.png", "testA/1.png", "testB/1.png"])


def test_splits_in_each_class_folder() -> None:
    names = ["pets/cat/train/1.png", "pets/cat/test/1.png", "pets/dog/training/1.png", "pets/dog/val/1.png"]
    layout = place(names)
    assert [(file.split, file.label) for file in layout.files] == [
        ("train", "cat"),
        ("test", "cat"),
        ("train", "dog"),
        ("test", "dog"),
    ]
    assert [file.key for file in layout.files] == [name.removeprefix("pets/") for name in names]
    assert layout.meaning == "class folders cat, dog, with folders train, training, test and val in each"


def test_few_images_beside_class_folders_are_strays() -> None:
    assert place(["cat/1.png", "dog/2.png", "3.png"]).classes == ("cat", "dog")
    assert place(["cat/1.png", "dog/2.png", "3.png"]).strays == (("3.png", "lies beside the class folders"),)
    layout = place([*_many("pets/cat", 30), *_many("pets/dog", 30), *_many("", 4), *_many("pets", 2)])
    assert (layout.classes, len(layout.strays), len(layout.files)) == (("cat", "dog"), 6, 60)
    assert {file.key.split("/")[0] for file in layout.files} == {"cat", "dog"}


def test_many_images_beside_folders_mean_no_labels() -> None:
    layout = place([*_many("cat", 5), *_many("dog", 5), *_many("", 3)])
    assert (layout.classes, layout.strays, len(layout.files)) == ((), (), 13)
    assert layout.meaning == "no labels: 3 images lie beside the folders that hold the other 10"
    assert place(["1.png", "2.png"]).classes == ()
    assert place(["a/1.png", "2.png"]).strays == ()


@pytest.mark.parametrize("test", ["test", "test/all", "test/all/deep"])
def test_images_to_train_on_keep_labels_that_test_images_lack(test: str) -> None:
    layout = place([*_many("train/cat", 5), *_many("train/dog", 5), *_many(test, 5)])
    assert (layout.classes, layout.classes_of("train"), layout.classes_of("test")) == (
        ("cat", "dog"),
        ("cat", "dog"),
        (),
    )
    assert {(file.name.split("/")[1], file.label) for file in layout.of("train")} == {("cat", "cat"), ("dog", "dog")}
    assert [file.label for file in layout.of("test")] == [None] * 5
    assert layout.meaning.endswith("class folders cat, dog; the test images have no labels")
    part = only(layout, {file.name for file in layout.files if file.label != "dog"})
    assert (part.classes, {file.label for file in part.files}) == ((), {None})


def test_a_folder_for_each_split_is_no_class() -> None:
    assert place(["train/train_images/1.png", "test/test_images/1.png"]).classes == ()
    layout = place([*_many("train/all/cat", 3), *_many("train/all/dog", 3), "test/cat/1.png", "test/dog/1.png"])
    assert layout.classes == ("cat", "dog")
    layout = place([f"{split}/{split}_images/{pet}/1.png" for split in ("train", "test") for pet in ("cat", "dog")])
    assert layout.classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("train", "test"),
    [
        *[
            ("training_set", "test_set"),
            ("train_images", "test_images"),
            ("train-set", "test-set"),
            ("trainset", "testset"),
        ],
        *[("train2017", "val2017"), ("train2017", "test2015"), ("Train Images", "val"), ("pets_train", "pets_test")],
        *[
            ("train", name)
            for name in ("dev", "eval", "holdout", "held-out", "validate", "tests", "Evaluation", "test_1")
        ],
    ],
)
@pytest.mark.parametrize("top", ["", "data/"])
def test_folders_whose_names_begin_or_end_in_a_split_are_that(top: str, train: str, test: str) -> None:
    names = [*_many(f"{top}{train}/cat", 4), *_many(f"{top}{train}/dog", 4), *_many(f"{top}{test}/cat", 2)]
    layout = place([*names, *_many(f"{top}{test}/dog", 2)])
    assert (layout.classes, layout.own_splits, layout.strays) == (("cat", "dog"), True, ())
    assert {file.name.removeprefix(top).split("/")[0] for file in layout.of("train")} == {train}
    assert {file.name.removeprefix(top).split("/")[0] for file in layout.of("test")} == {test}


def test_shards_of_a_split_and_splits_in_each_class_by_such_names() -> None:
    layout = place([*_many("train1", 3), *_many("train2", 3), *_many("test", 2)])
    assert (layout.classes, len(layout.of("train")), len(layout.of("test"))) == ((), 6, 2)
    layout = place(
        [*_many("a/train_set", 3), *_many("a/test_set", 2), *_many("b/train_set", 3), *_many("b/test_set", 2)]
    )
    assert (layout.classes, len(layout.of("train")), len(layout.of("test"))) == (("a", "b"), 6, 4)


def test_names_that_say_a_class_and_a_split() -> None:
    names = [name for pet in ("cats", "dogs") for split in ("train", "test") for name in _many(f"{pet}_{split}", 3)]
    layout = place([*names, "cover.png"])
    assert {(file.split, file.label, file.name.split("/")[0]) for file in layout.files} == {
        *[("train", "cats", "cats_train"), ("test", "cats", "cats_test")],
        *[("train", "dogs", "dogs_train"), ("test", "dogs", "dogs_test")],
    }
    assert dict(layout.strays).keys() == {"cover.png"}
    assert "are the splits of the classes cats, dogs" in layout.meaning
    assert {file.key for file in labelled(layout, "cats").of("test")} == {f"test/{number}.png" for number in range(3)}


@pytest.mark.parametrize("name", ["training shoes", "trainers", "test tubes", "tester", "train2017", "bullet train"])
def test_a_class_whose_name_begins_or_ends_so_is_one_without_a_counterpart(name: str) -> None:
    assert place([f"hats/{number}.png" for number in range(4)] + _many(name, 4)).classes == tuple(
        sorted(["hats", name])
    )


@pytest.mark.parametrize(
    "folders",
    [
        *[("test tubes", "training shoes"), ("test tubes", "train"), ("cats_test", "cats_train", "dogs_train")],
        *[("train", "train_val"), ("test_images", "test_masks", "train_images", "train_masks")],
        *[("test_0", "test_1", "train_0", "train_1"), ("hats/test tubes", "hats/train shoes", "caps/a", "caps/b")],
    ],
)
def test_names_of_which_it_is_unclear_whether_they_are_splits_are_refused(folders: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="may be splits or classes") as told:
        place([name for folder in folders for name in _many(folder, 3)])
    assert all(folder.split("/")[-1] in str(told.value) for folder in folders if "caps" not in folder)


def test_a_folder_called_train_without_a_test_folder_is_a_label() -> None:
    layout = place(["train/1.png", "plane/3.png"])
    assert layout.classes == ("plane", "train")
    assert "(train is a class, as there is no test folder beside it)" in layout.meaning


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat/1.png", "dog/1.png", "test/1.png"], "test has no train folder beside it: put the images to train on"),
        (["1.png", "2.png", "val/1.png"], "val has no train folder beside it"),
        (["cat/1.png", "dog/1.png", "test_set/1.png"], "test_set has no train folder beside it"),
        (["test/1.png", "val/1.png"], "test has no train folder beside it"),
        (["cat/test/1.png", "cat/2.png", "dog/1.png"], "cat/test has no train folder beside it"),
        (
            ["a/train/1.png", "a/test/1.png", "b/1.png", "c/1.png"],
            "train and test in a, but 2 of 4 images lie elsewhere",
        ),
        (["a/train/1.png", "a/test/1.png", "b/c/train/1.png", "b/c/test/1.png"], "train and test in a and train and"),
        (["train/test/1.png", "train/2.png", "test/3.png"], "train/test is a test folder in a train folder"),
        (
            ["train/train/1.png", "train/test/2.png", "test/3.png"],
            "train and test in train lie inside of a folder train",
        ),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(names: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        place(names)


def test_a_part_of_a_layout_keeps_its_splits_while_both_are_there() -> None:
    names = [f"{split}/{pet}/{number}.png" for split in ("train", "test") for pet in "ab" for number in range(5)]
    layout = place(names)
    assert [file.split for file in only(layout, {names[0], names[7], names[12]}).files] == ["train", "train", "test"]
    assert only(layout, {names[0], names[12]}).classes == ()
    again = only(layout, set(names[:10]))
    assert (len(again.of("train")), len(again.of("test")), again.classes) == (9, 1, ("a", "b"))


def test_a_tenth_is_held_out_by_name_alone() -> None:
    names = [f"{i}.png" for i in range(200)]
    split = _by_split(names)
    assert (len(split["train"]), len(split["test"])) == (180, 20)
    assert sorted(split["train"] + split["test"]) == sorted(names)
    assert sorted(_by_split(names[::-1])["test"]) == sorted(split["test"])
    assert len(set(held_out([*names, "new.png"])) & set(split["test"])) >= 19


def test_golden_held_out() -> None:
    assert held_out([f"{i}.png" for i in range(20)]) == ["6.png", "0.png"]


def test_bounds_of_the_held_out_split() -> None:
    assert len(held_out(["a", "b"])) == 1
    assert len(held_out([str(i) for i in range(150_000)])) == 10_000
    assert _by_split(["only.png"]) == {"train": ["only.png"], "test": ["only.png"]}


def test_each_label_has_a_folder_name_of_its_own() -> None:
    labels = ["a/b", "a-b", "a-b-2", "", "-", ".x", "Cat", "cat", "caf\u00e9", "cafe\u0301", "..", "dog"]
    names = folder_names(labels)
    assert names == [
        "a-b-3",
        "a-b",
        "a-b-2",
        "--2",
        "-",
        "-x",
        "Cat",
        "cat-2",
        "caf\u00e9",
        "cafe\u0301-2",
        "-.",
        "dog",
    ]
    assert folder_names([]) == []
