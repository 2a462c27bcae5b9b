"""The tagger: people, postal addresses and organisations in running text."""

from vestibule.privacy.tagger.on_demand import TaggerOnDemand
from vestibule.privacy.tagger.tagger import Tagger

__all__ = ["Tagger", "TaggerOnDemand"]
