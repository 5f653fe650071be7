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
    "nearest_ratio": "How near the samples come to the training data, against how near held-out real data come: about "
    "1 for new samples, towards 0 for copies.",
    "nearest_ratio_low": "The same for the twentieth of the samples that come nearest: below 1 where some are copies.",
    "copying": "A test of whether samples are nearer to the training data than held-out real data are, in standard "
    "deviations: far below -3 they are copies, about 0 they are new, far above 3 they miss the data.",
    "classes": "How many of the classes the generator makes, counted where it makes at least a tenth of an even part.",
    "class_kl": "How unevenly the generator makes the classes; 0 is an even spread.",
    "label_accuracy": "How often a classifier reads from a sample the label that was asked for.",
    "cas": "How well a classifier that has only ever seen generated samples reads real ones: whether the samples could "
    "stand in for the data.",
    "modes": "How many peaks of the known density are reached by at least one sample.",
    "populated_modes": "How many peaks of the known density hold at least a twentieth of the samples they should.",
    "high_quality": "The share of samples that lie close to a peak of the known density.",
    "reverse_kl": "How unevenly the samples are spread over the peaks of the known density; 0 is an even spread.",
    "stacked_modes": "How many combinations of classes, one in each channel, the samples hold.",
    "stacked_kl": "How unevenly the samples are spread over those combinations; 0 is an even spread, which no finite "
    "number of samples quite shows.",
    "w1": "How far, on average, probability must be carried to turn the generated distribution into the real one, in "
    "the units of the data.",
    "column_distance": "How far the values of a single column are spread otherwise than real ones, 0 to 1, averaged "
    "over the columns: the share of rows that would have to change.",
    "column_distance_worst": "The same of the column that is furthest off.",
    "pair_distance": "How far two columns together are spread otherwise than real ones, 0 to 1, averaged over all "
    "pairs: a dependence that is lost counts, and one that is invented too.",
    "pair_distance_worst": "The same of the pair of columns that is furthest off.",
    "correlation_gap": "How far the correlations of two numbers are from the real ones, on average.",
    "association_gap": "How far the strength with which a category goes with another column is from the real one, on "
    "average.",
    "category_coverage": "The share of the categories of the real table that are generated at all.",
    "range_coverage": "How much of the range between the least and the largest real number is generated.",
    "missing_gap": "How far the shares of missing values are from the real ones, on average.",
    "detection_linear": "How well a logistic regression tells generated rows from real ones: 0.5 is not at all, 1 "
    "always.",
    "detection_trees": "The same by gradient boosting, which sees how columns go together.",
    "utility_f1": "How well models that learned from generated rows alone find the rarer class among real rows; "
    "beside it stands what models that learned from real rows reach.",
    "utility_macro_f1": "The same for all classes alike.",
    "utility_auc": "How well these models order real rows by how likely they are of a class, wherever the line is "
    "drawn.",
    "utility_r2": "How much of the spread of a number in real rows is told by models that learned from generated rows "
    "alone.",
    "membership_distance": "How well somebody who sees the generated rows tells who was in the training data, by the "
    "distance to the closest generated row: 0.5 is guessing.",
    "membership_density": "The same by how densely generated rows lie there.",
    "membership_ratio": "The same by how much more densely generated rows lie there than other real rows do.",
    "membership_classifier": "The same by a classifier that knows of other people whether they were in the data.",
    "caught_distance": "The share of training rows that this attack finds while it accuses one in a hundred of the "
    "others: 0.01 is guessing.",
    "caught_density": "The same of the attack by density.",
    "caught_ratio": "The same of the attack by the ratio of densities.",
    "caught_classifier": "The same of the attack by a classifier.",
    "attribute_advantage": "How much better one value of a training row is guessed from its other values and the "
    "generated table than that of a row that was not in the data.",
    "exact_copies": "The share of generated rows that are training rows, beside that of held-out rows: in narrow "
    "tables equal rows are no secret.",
    "nearer_to_train": "The share of generated rows that lie nearer to a training row than to held-out ones; far "
    "above a half is an alarm, a half is no proof.",
    "bleu_2": "How much of the pairs of neighbouring words of a sample occurs in a held-out sentence, 0 to 1; alone "
    "it says nothing of variety.",
    "bleu_3": "The same of runs of up to three words.",
    "bleu_4": "The same of runs of up to four words.",
    "bleu_5": "The same of runs of up to five words.",
    "self_bleu_2": "How much of a sample's pairs of words occurs in other samples: above real text, samples repeat one "
    "another.",
    "self_bleu_3": "The same of runs of up to three words.",
    "self_bleu_4": "The same of runs of up to four words.",
    "self_bleu_5": "The same of runs of up to five words.",
    "backward_bleu_2": "How much of the pairs of words of held-out sentences the samples say: what is never said costs "
    "here.",
    "backward_bleu_3": "The same of runs of up to three words.",
    "backward_bleu_4": "The same of runs of up to four words.",
    "backward_bleu_5": "The same of runs of up to five words.",
    "distinct_1": "The share of different words among all that the samples say; below real text, few words do all.",
    "distinct_2": "The same of pairs of neighbouring words.",
    "distinct_3": "The same of runs of three words.",
    "known_words": "The share of the words that occur in held-out text; what is spelled wrong does not.",
    "repeats": "The share of samples that stand in the training text word for word.",
    "nll": "How surprised the generator itself is by a token of held-out text, in nats: it grows where things are "
    "never said.",
    "psnr": "How much stronger the picture is than its error against the true target, in decibels: 3 more is half the "
    "squared error.",
    "ssim": "How alike a translation and its true target are in local brightness, contrast and structure; 1 is equal.",
    "pair_ms_ssim": "The same at several sizes at once; 1 is equal.",
    "l1": "How far a pixel of a translation is from the true target on average, as a share of black to white.",
    "perceptual": "How unlike a translation and its true target look to a network that has learned to tell photos "
    "apart; 0 is equal, and pictures of noise are about 5 apart.",
    "cycle_error": "How far a source is from itself after the way there and back, as a share of black to white.",
    "identity_error": "How much the translator changes of images that are targets already; it should leave them alone.",
    "label_kept": "How often a classifier sees in a translation what its source shows; the floor is how often it is "
    "right on real images.",
    "fd_infinity": "The fd that endlessly many samples would get, read off a line through fewer: it no longer depends "
    "on how many were drawn, and 0 is a perfect generator.",
    "classifier_score": "How clearly single samples belong to a class while all classes are made, between 1 and the "
    "number of classes; it never looks at real data.",
    "ndb": "The share of the regions of the training data that hold clearly too many or too few samples; about 0.05 by "
    "chance alone.",
    "ndb_js": "How unlike the samples and the training data are spread over its regions; 0 is alike.",
    "support": "How many different samples there seem to be, judged by how often two of them nearly coincide; the "
    "floor is the most that can be told.",
    "feature_diversity": "How far samples are from each other, against how far real ones are; 1 is as diverse.",
    "ms_ssim": "How alike two random samples look, 1 for the same picture: above real data, they are less varied.",
    "swd": "How unlike the details of samples and of real data are at every scale, averaged over the scales.",
    "lpips": "How unlike a translation and its true target look to a network that knows photographs; 0 is equal.",
    "path_length": "How much a sample changes while its latent moves by a little: small where the generator is smooth.",
}


def explain(metric: str) -> str:
    """Return the sentence for a score."""
    return EXPLANATIONS.get(metric, "No explanation is stored for this score; its protocol says how it was taken.")
