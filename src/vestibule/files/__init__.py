"""Files that callers send and are given: sealed, of one tenant each, until they expire or are deleted."""

from vestibule.files.erasure import FileErasure
from vestibule.files.store import LIFE, PURPOSES, File, FileStore, Page, Purpose, Writing

__all__ = ["LIFE", "PURPOSES", "File", "FileErasure", "FileStore", "Page", "Purpose", "Writing"]
