"""The names that `load` knows besides paths, with one line each. Free of torch, so that listing is instant."""

KNOWN: dict[str, str] = {
    "digits": "1,797 handwritten digits, 8x8 grey, 10 labels; shipped with zerosum (train 1,297, test 500)",
    "mnist": "70,000 handwritten digits, 28x28 grey, 10 labels (train 60,000, test 10,000)",
    "fashion-mnist": "70,000 pieces of clothing, 28x28 grey, 10 labels (train 60,000, test 10,000)",
    "stacked-mnist": "MNIST's digits in the 3 channels of a 28x28 image: 1,000 modes (train 128,000, test 25,600)",
    "cifar10": "60,000 photographs, 32x32 colour, 10 labels (train 50,000, test 10,000)",
    "cmu-faces": "624 faces of 20 people, 64x60 grey, labelled by pose and sunglasses (train 562, test 62)",
}

TOYS: dict[str, str] = {
    "gaussian": "one normal density in 1-D: mean 4, sigma 1.25",
    "mixture-1d": "three equal normal densities in 1-D: means -4, 0, 4, sigma 0.5",
    "8-ring": "eight narrow normal densities on a circle in 2-D: radius 2, sigma 0.02",
    "25-grid": "twenty-five narrow normal densities on a 5x5 grid in 2-D: step 2, sigma 0.05",
    "swiss-roll": "a spiral in 2-D: one and a half turns, noise sigma 0.1",
}

MAKERS: dict[str, str] = {
    "grey": "grey images to their colours",
    "edges": "outlines to the pictures they are of",
    "small": "images of a quarter of the size, enlarged, to sharp ones; small:2 for half the size",
    "masked": "images with holes to whole ones; masked:centre, masked:box, masked:free, or box and free by turns",
    "noisy": "images with noise to clean ones; noisy:0.2 for a deviation of a fifth of the range of brightness",
    "blurred": "blurred images to sharp ones; blurred:2 for a deviation of 2 pixels",
}
"""What `--pairs` makes of one set of images: the images are the targets, the sources are made of them."""

RESTORED = ("small", "noisy", "blurred")
"""Of these the source is the image itself with something lost, and what is learned is to restore it."""


def restores(pairs: str | None) -> bool:
    """Return whether a pair maker's sources are the images themselves with something lost."""
    return (pairs or "").partition(":")[0] in RESTORED


SIDE_BY_SIDE, SWAPPED, FOLDERS = "side-by-side", "side-by-side:right", "folders"

FOUND: dict[str, str] = {
    SIDE_BY_SIDE: "images that hold a pair each, the source in the left half; side-by-side:right for the right half",
    FOLDERS: "two class folders, the first of them the sources, such as A and B, or trainA, trainB, testA and testB",
}
"""What `--pairs` takes for sources and targets that lie in one folder or zip."""

TOLD: dict[str, str] = {
    SIDE_BY_SIDE: "as all images are twice as wide as high; the left halves are the sources",
    FOLDERS: "as the images lie in folders for A, the sources, and B, the targets",
}
"""What such a folder tells by itself where neither `--target` nor `--pairs` is given."""

SPLITS = ("train", "test")
