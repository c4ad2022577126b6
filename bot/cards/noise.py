"""Noise for paper, ink and stone: from a fixed seed, so that the same card is the same bytes.

Decides how chance becomes a picture; what is made of it is left to whoever asks.
"""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageFilter, ImageOps

Size = tuple[int, int]

MIDDLE = 128
"""The level of noise that changes nothing where it is added."""


def grain(seed: int, size: Size, *, blur: float = 0.0) -> Image.Image:
    """Fine noise around the middle level, stretched again after the blur."""
    noise = _white(seed, size)
    if blur:
        noise = ImageOps.autocontrast(noise.filter(ImageFilter.GaussianBlur(blur)), cutoff=0.5)
    return noise


def cloud(seed: int, size: Size, *, cell: int, low: int, high: int) -> Image.Image:
    """Smooth noise, features about `cell` pixels wide, from the middle level + low to + high."""
    width, height = (max(2, length // cell + 1) for length in size)
    noise = _white(seed, (width, height)).resize(size, Image.Resampling.BICUBIC)
    finer = _white(seed + 1, (2 * width, 2 * height)).resize(size, Image.Resampling.BICUBIC)
    return levels(ImageChops.blend(noise, finer, 0.35), low, high)


def levels(noise: Image.Image, low: int, high: int) -> Image.Image:
    """The noise squeezed between the middle level + low and + high."""
    return noise.point([MIDDLE + low + (high - low) * level // 255 for level in range(256)])


def _white(seed: int, size: Size) -> Image.Image:
    width, height = size
    return Image.frombytes("L", size, random.Random(seed).randbytes(width * height))
