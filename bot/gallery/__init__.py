"""The gallery: a small site of the verse that anybody may be shown.

Decides what is on its pages and how they look; that there is a site at all is left to
QIBU_GALLERY_LISTEN, and TLS to the operator's proxy.
"""

from bot.gallery.site import create_gallery, gallery

__all__ = ["create_gallery", "gallery"]
