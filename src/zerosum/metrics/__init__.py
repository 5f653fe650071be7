"""Judging a generator with numbers: one metric a file, each score stamped with its protocol.

`evaluate.evaluate` measures a sampler with every metric that applies; the files beside it hold the metrics as pure
functions on tensors. No network of anybody else's is needed: images are compared in the features of a small classifier
trained on the user's own labels. Nothing is imported here, so that listing `names.METRICS` stays quick.
"""
