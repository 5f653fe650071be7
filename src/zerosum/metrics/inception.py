"""What makes a Frechet distance the FID of papers: the weights of one Inception-v3."""

from collections.abc import Mapping

SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""Of torch-fidelity's conversion of the TensorFlow graph of 5 December 2015, 95,628,359 bytes."""

INCEPTION = SHA256[:16]
"""The fingerprint of its features in a score's protocol."""

NAMES = {"fd": "FID", "kd": "KID"}


def title_of(metric: str, protocol: object) -> str:
    """Return the name to show a score under: FID and KID only in the features that these are defined with.

    Other features of networks that others trained stand beside the metric's name.
    """
    if not isinstance(protocol, Mapping):
        return metric
    if protocol.get("features_fingerprint") == INCEPTION and metric in NAMES:
        return NAMES[metric]
    features = protocol.get("features")
    return f"{metric} ({features})" if features in ("inception", "dinov2") else metric
