"""What could act is made to lie still: in answers for whoever renders them, in material for the model that reads it."""

from vestibule.generation.sanitising.answer import AnswerSanitiser
from vestibule.generation.sanitising.control_tokens import neutralised, neutralised_message, neutralised_tool
from vestibule.generation.sanitising.injection import is_suspect

__all__ = ["AnswerSanitiser", "is_suspect", "neutralised", "neutralised_message", "neutralised_tool"]
