"""Send placeholders instead of originals, and put the originals back into what is answered."""

from vestibule.privacy.pseudonyms.ledger import Find
from vestibule.privacy.pseudonyms.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.request import Pseudonymised, pseudonymise
from vestibule.privacy.pseudonyms.restorer import Restorer
from vestibule.privacy.pseudonyms.shifting import NumberPolicy

__all__ = ["Find", "NumberPolicy", "Pseudonymised", "Pseudonyms", "Restorer", "pseudonymise"]
