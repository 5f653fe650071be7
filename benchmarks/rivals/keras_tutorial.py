"""The tutorials' Keras program: predict, train_on_batch on D, train_on_batch on the GAN. Own code, for today's Keras.

The networks are those of TensorFlow's DCGAN tutorial, the loop is that of the older tutorials. In their order of lines
(compile D, freeze it, build the GAN) today's Keras never trains D: the train function is traced at its first call, when
D is frozen already. Here D is called once before it is frozen, and the program checks that D's turn moves D alone and
that the other moves G alone.
"""

import os
import sys

if "--own-threads" in sys.argv:  # TensorFlow reads these when it is imported
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.pop(name, None)

import keras
import numpy
from keras import layers

from rivals import child


def main() -> None:
    parser = child.options("Keras")
    parser.add_argument("--own-threads", action="store_true", help="as many threads as TensorFlow takes by itself")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    images = (child.mnist(arguments.data_root)[..., None].astype("float32") - 127.5) / 127.5
    half, chance = arguments.batch_size, numpy.random.default_rng(0)
    generator, discriminator = make_generator(), make_discriminator()
    targets = numpy.concatenate([numpy.ones((half, 1)), numpy.zeros((half, 1))])

    def rule() -> keras.optimizers.Optimizer:
        return keras.optimizers.Adam(2e-4, beta_1=0.5)

    discriminator.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), optimizer=rule())

    def train_discriminator() -> None:
        fakes = generator.predict(chance.standard_normal((half, 100)), verbose=0, batch_size=half)
        reals = images[chance.integers(0, len(images), half)]
        discriminator.train_on_batch(numpy.concatenate([reals, fakes]), targets)

    train_discriminator()
    discriminator.trainable = False
    noise = keras.Input((100,))
    gan = keras.Model(noise, discriminator(generator(noise)))
    gan.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True), optimizer=rule())

    def train_generator() -> None:
        gan.train_on_batch(chance.standard_normal((half, 100)), numpy.ones((half, 1)))

    both = {"discriminator": discriminator, "generator": generator}
    moves = {"discriminator": moved(both, train_discriminator), "generator": moved(both, train_generator)}
    if moves != {name: {name} for name in both}:
        raise SystemExit(f"the wrong networks move: {moves}")

    def play() -> None:
        train_discriminator()
        train_generator()

    child.serve({"keras": keras.__version__, "backend": keras.backend.backend()}, play)


def moved(models: dict[str, keras.Model], act: object) -> set[str]:
    """Return the models whose trainable weights `act` changes (a frozen layer's still count)."""
    before = {name: kernels(model) for name, model in models.items()}
    act()  # type: ignore[operator]
    after = {name: kernels(model) for name, model in models.items()}
    return {name for name in models if any((a != b).any() for a, b in zip(before[name], after[name], strict=True))}


def kernels(model: keras.Model) -> list[numpy.ndarray]:
    """Return copies of the weights of the layers that have a kernel."""
    return [keras.ops.convert_to_numpy(layer.kernel).copy() for layer in model.layers if hasattr(layer, "kernel")]


def make_generator() -> keras.Model:
    """Dense 7x7x256, then 5x5 transposed convolutions to 128, 64 and 1 channels."""
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 256)),
            layers.Conv2DTranspose(128, 5, strides=1, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh"),
        ]
    )


def make_discriminator() -> keras.Model:
    """5x5 convolutions with stride 2 to 64 and 128 channels, dropout, one logit."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


if __name__ == "__main__":
    main()
