"""Latents on a plane.

Decides how they are laid out; which they are is left to `space`. By t-SNE (van der Maaten & Hinton
2008) where scikit-learn is installed, which keeps what is near together; else by the two principal
axes, which shows less: the poet's prior is as wide in all directions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FEWEST = 12
"""Fewer points have no neighbourhoods to keep."""
_PERPLEXITY = 30


def project(vectors: Floats) -> Floats:
    """A place for each vector of length 1, (n, 2), each coordinate within 0 and 1."""
    if len(vectors) >= _FEWEST and vectors.shape[1] >= 2:
        try:
            from sklearn.manifold import TSNE  # noqa: PLC0415  # an extra, and slow to load
        except ImportError:
            return _within(_principal(vectors))
        perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
        tsne = TSNE(init="pca", perplexity=perplexity, random_state=0, n_jobs=1)
        return _within(np.asarray(tsne.fit_transform(vectors), dtype=np.float64))
    return _within(_principal(vectors))


def _principal(vectors: Floats) -> Floats:
    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    places: Floats = np.zeros((len(vectors), 2))
    found = centred @ axes[:2].T
    places[:, : found.shape[1]] = found
    return places


def _within(places: Floats) -> Floats:
    least, most = places.min(0), places.max(0)
    width: Floats = np.where(most > least, most - least, 1.0)
    within: Floats = (places - least) / width
    return within
