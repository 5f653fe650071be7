"""The names of the metrics, with one line each: free of heavy imports, so that they are quick to list."""

ALL = "all"
"""What to ask for to get every metric that applies."""

FEATURES = {
    "imagenet": "EfficientNet-Lite0, a network that knows photos; needs zerosum[imagenet]",
    "patches": "how strongly patches of several scales occur, learned from the data's own images",
    "classifier": "last hidden layer of a small classifier trained on the data's own labels",
    "pixels": "pixels averaged to at most 16 x 16, projected to at most 256 numbers",
    "inception": "Inception-v3, the features that FID is defined with; needs zerosum[fidelity]",
    "dinov2": "DINOv2 ViT-L/14; needs zerosum[fidelity]",
    "coordinates": "of points: the points themselves, in their own units",
}
"""The spaces that samples can be compared in when one is asked for; without asking, what suits the data."""

METRICS = {
    "fd": "Frechet distance of the features' Gaussians; lower is better",
    "kd": "kernel distance (unbiased MMD^2, cubic kernel); lower is better",
    "precision": "share of fakes near a real; higher is better",
    "recall": "share of reals near a fake; higher is better",
    "density": "mean number of real balls round a fake, over k; higher is better",
    "coverage": "share of reals with a fake in their ball; higher is better",
    "nearest_ratio": "median distance of fakes to train over that of test reals; closer to real is better",
    "nearest_ratio_low": "the same at the 5 % quantile, below 1 where some are copies; closer to real is better",
    "copying": "data-copying test C_T, far below -3 where fakes copy train; closer to real is better",
    "classes": "classes with at least a tenth of their even part; higher is better",
    "class_kl": "KL of the class histogram to the even one; lower is better",
    "label_accuracy": "share of fakes classified as the label asked for; higher is better",
    "cas": "accuracy on real images of a classifier trained on fakes; higher is better",
    "modes": "modes of the toy density with a sample within 3 sigma; higher is better",
    "populated_modes": "modes with a twentieth of their part within 3 sigma; higher is better",
    "high_quality": "share of samples within 3 sigma of a mode; higher is better",
    "reverse_kl": "KL of the histogram over the modes to the even one; lower is better",
    "stacked_modes": "modes of stacked images seen in the samples; higher is better",
    "stacked_kl": "KL of the histogram over those modes to the even one; lower is better",
    "w1": "Wasserstein-1 distance in one dimension, in the data's units; lower is better",
    "psnr": "of translations: peak signal-to-noise ratio to the true targets, in dB; higher is better",
    "ssim": "of translations: structural similarity to the true targets; higher is better",
    "pair_ms_ssim": "of translations: multi-scale structural similarity to the true targets; higher is better",
    "l1": "of translations: mean absolute difference to the true targets, 0 to 1; lower is better",
    "perceptual": "of translations: distance of a network's maps to those of the true targets; lower is better",
    "cycle_error": "of translations: mean absolute difference of sources after the way there and back; lower is better",
    "identity_error": "of translations: mean absolute difference that the translator makes to targets; lower is better",
    "label_kept": "of translations: share classified as the label of their source; higher is better",
    "fd_infinity": "on request: fd extrapolated to infinitely many samples; lower is better",
    "classifier_score": "on request: inception score by the data's own classifier; higher is better",
    "ndb": "on request: share of train bins that the fakes fill differently; lower is better",
    "ndb_js": "on request: Jensen-Shannon divergence of the histograms over those bins; lower is better",
    "support": "on request: number of different samples, by the birthday paradox; higher is better",
    "feature_diversity": "on request: mean distance of pairs over that of reals; closer to real is better",
    "ms_ssim": "on request: mean similarity of pairs of images; closer to real is better",
    "swd": "on request: sliced Wasserstein distance, of image patches or points; lower is better",
    "path_length": "on request: perceptual path length of the generator; lower is better",
    "lpips": "on request, of translations: perceptual distance to the true targets, by VGG-16; lower is better",
}
