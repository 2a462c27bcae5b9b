"""What an image file says besides its pixels, and the same image without it. Decodes no pixel.

PNG, JPEG, WebP and GIF, told apart by their first bytes. Knows no request, no policy and no detector.
"""

from vestibule.privacy.images.layout import ImageError
from vestibule.privacy.images.picture import Picture, Said, media_type_of, read, stripped

__all__ = ["ImageError", "Picture", "Said", "media_type_of", "read", "stripped"]
