"""The parsing process: reads requests on standard input, answers on standard output, and ends with its parent.

Here, and only here, files of strangers are opened. What happens to this process (killed for memory or time, crashed by
a file) happens to one document. Knows no database and no network.
"""

from __future__ import annotations

import resource
import sys
from typing import BinaryIO

import msgspec

from vestibule.core.errors import TooLarge, VestibuleError
from vestibule.knowledge.parsing.formats import parse
from vestibule.knowledge.parsing.messages import LENGTH, Outcome, Refused, Request

MEMORY_MIB = 2048
_UNREADABLE = "Save it again with the program that made it, or send it in another format."


def main() -> None:
    """Serve requests until the input ends, which it does when the parent does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MIB << 20, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        content = requests.read(LENGTH.unpack(head)[0])
        reply = msgspec.msgpack.encode(attempt(msgspec.msgpack.decode(content, type=Request)))
        replies.write(LENGTH.pack(len(reply)) + reply)
        replies.flush()


def attempt(request: Request) -> Outcome:
    """Parse, and say in words what went wrong if it did."""
    try:
        return parse(request.path, request.content, request.media_type)
    except VestibuleError as error:
        return Refused(error.message, error.next_step, too_large=isinstance(error, TooLarge))
    except MemoryError:
        return Refused("Reading the document takes too much memory.", "Split it into parts.", too_large=True)
    except Exception as error:  # noqa: BLE001 the process's outermost edge: parsers raise anything on hostile files
        return Refused(f"The document cannot be read ({type(error).__name__}).", _UNREADABLE)


if __name__ == "__main__":
    main()
