from zerosum.data.layout import held_out, place


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


def test_a_folder_called_train_among_others_is_a_label() -> None:
    assert place(["train/1.png", "test/2.png", "plane/3.png"]).classes == ("plane", "test", "train")


def test_images_beside_folders_mean_no_labels() -> None:
    assert place(["cat/1.png", "dog/2.png", "3.png"]).classes == ()
    assert place(["1.png", "2.png"]).classes == ()


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
