"""What each score means in plain words, by its name in metrics.jsonl."""

EXPLANATIONS = {
    "fd": "How far the cloud of generated samples lies from that of real ones, in centre and spread, measured in the "
    "features that the protocol names; 0 would be the same cloud.",
    "kd": "How far the generated samples lie from the real ones when they are compared pair by pair; unlike fd it is "
    "not made larger by using few samples, and near 0 it may even fall below.",
    "precision": "The share of generated samples that look like some real one: fidelity.",
    "recall": "The share of real samples that look like some generated one: variety.",
    "density": "How thickly the places where real samples lie are filled by generated ones: fidelity that a single "
    "odd real sample cannot flatter; about 1 is right.",
    "coverage": "The share of real samples that have a generated one close by: variety that a single odd generated "
    "sample cannot flatter.",
    "classes": "How many of the classes the generator makes, counted where it makes at least a tenth of an even part.",
    "class_kl": "How unevenly the generator makes the classes; 0 is an even spread.",
    "label_accuracy": "How often a classifier reads from a sample the label that was asked for.",
    "cas": "How well a classifier that has only ever seen generated samples reads real ones: whether the samples could "
    "stand in for the data.",
    "modes": "How many peaks of the known density are reached by at least one sample.",
    "populated_modes": "How many peaks of the known density hold at least a twentieth of the samples they should.",
    "high_quality": "The share of samples that lie close to a peak of the known density.",
    "reverse_kl": "How unevenly the samples are spread over the peaks of the known density; 0 is an even spread.",
    "w1": "How far, on average, probability must be carried to turn the generated distribution into the real one, in "
    "the units of the data.",
}


def explain(metric: str) -> str:
    """Return the sentence for a score."""
    return EXPLANATIONS.get(metric, "No explanation is stored for this score; its protocol says how it was taken.")
