"""Latents: what one can do with the inputs of a trained generator. Nothing is imported until it is asked for.

from zerosum.latents.space import open_space
from zerosum.latents.paths import interpolate
interpolate(open_space("runs/demo"), [0, 1, 2]).save("path.png")
"""
