"""How text becomes terms, the same for what is indexed and what is asked. Knows no index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tantivy

TOKENIZER = "vestibule"
_LONGEST = 60
# Words of questions that Snowball's list of English stop words leaves in, and that tell nothing apart here.
_QUESTION_WORDS = [
    "who", "what", "when", "where", "which", "why", "how", "whom", "whose", "do", "does", "did", "can", "could",
    "should", "would", "shall", "may", "must", "have", "has", "had", "i", "you", "we", "he", "she", "my", "our",
    "your", "me", "us", "them", "from", "about", "many", "much", "any", "some", "tell", "show", "give",
    "please", "let", "know", "there",
]  # fmt: skip


def analyzer() -> tantivy.TextAnalyzer:
    """Words in lower case without accents, stop words left out, English stems."""
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.custom_stopword(_QUESTION_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
