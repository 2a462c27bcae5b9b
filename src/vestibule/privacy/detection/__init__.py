"""Detection: where in a text something private stands, and what it is."""

from vestibule.privacy.detection.detector import DetectionTimeout, Detector, EntityTagger
from vestibule.privacy.detection.dictionaries import Dictionaries, dictionaries_from

__all__ = ["DetectionTimeout", "Detector", "Dictionaries", "EntityTagger", "dictionaries_from"]
