"""What makes a Frechet distance the FID of papers: the weights of one Inception-v3."""

from collections.abc import Mapping

SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""Of torch-fidelity's conversion of the TensorFlow graph of 5 December 2015, 95,628,359 bytes."""

INCEPTION = SHA256[:16]
"""The fingerprint of its features in a score's protocol."""

NAMES = {"fd": "FID", "kd": "KID"}
USUAL = ("imagenet", "coordinates")
"""Features that a score's name says nothing of."""
BY_CLASSES = ("classes", "class_kl", "label_accuracy", "label_kept", "stacked_modes", "stacked_kl", "classifier_score")
"""Metrics that the classifier of the labels always tells, whatever the features are."""


def title_of(metric: str, protocol: object) -> str:
    """Return the name to show a score under: FID and KID only in the features that these are defined with.

    Other features than the usual ones stand beside the metric's name, as those of scores that older versions took.
    """
    if not isinstance(protocol, Mapping):
        return metric
    if protocol.get("features_fingerprint") == INCEPTION and metric in NAMES:
        return NAMES[metric]
    features = protocol.get("features")
    if features is None or features in USUAL or metric in BY_CLASSES:
        return metric
    return f"{metric} ({features})"
