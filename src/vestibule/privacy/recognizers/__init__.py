"""Recognizers: one small file each, with its examples and counter-examples, which are its tests."""

from vestibule.privacy.recognizers import access_code, api_key, email, phone
from vestibule.privacy.recognizers.base import Recognizer

BUILT_IN: tuple[Recognizer, ...] = (
    access_code.RECOGNIZER,
    api_key.RECOGNIZER,
    email.RECOGNIZER,
    phone.RECOGNIZER,
)

__all__ = ["BUILT_IN", "Recognizer"]
