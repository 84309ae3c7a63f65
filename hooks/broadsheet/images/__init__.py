"""Images: a picture's file in; the file without metadata, smaller variants and their HTML out.

No disk, no clock, no MkDocs. `inspect` and `resize` import Pillow; everything else does without.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from broadsheet.images.responsive import (
    PublishedImage,
    choose_sizes,
    fit_image,
    is_panorama,
    make_images_responsive,
    render_image,
)
from broadsheet.images.strip_metadata import format_from_name, strip_metadata

if TYPE_CHECKING:
    from broadsheet.images.inspect import ENCODER_VERSION, ImageInfo, inspect_image
    from broadsheet.images.resize import Variants, list_variant_widths, make_variants, name_variant

__all__ = [
    "ENCODER_VERSION",
    "ImageInfo",
    "PublishedImage",
    "Variants",
    "choose_sizes",
    "fit_image",
    "format_from_name",
    "inspect_image",
    "is_panorama",
    "list_variant_widths",
    "make_images_responsive",
    "make_variants",
    "name_variant",
    "render_image",
    "strip_metadata",
]

_LAZY_NAMES = {
    "inspect": ("ENCODER_VERSION", "ImageInfo", "inspect_image"),
    "resize": ("Variants", "list_variant_widths", "make_variants", "name_variant"),
}


def __getattr__(name: str) -> object:
    """Import the modules that use Pillow when one of their names is first used."""
    for module, names in _LAZY_NAMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
