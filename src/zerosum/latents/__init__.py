"""Latents: what one can do with the inputs of a trained generator. Nothing is imported until it is asked for."""
