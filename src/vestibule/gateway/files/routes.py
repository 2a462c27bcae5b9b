"""`/v1/files`: sent, listed, described, read and deleted. A file of another tenant is answered as one there is not.

Knows how a file travels; what is kept, and for how long, is the store's business.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from vestibule.core.caller import Caller
from vestibule.core.errors import InvalidRequest
from vestibule.files import LIFE, File, FileStore, Purpose
from vestibule.gateway.body import ClientGone
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.files.multipart import Head, boundary_of, parts
from vestibule.gateway.files.wire import DeletedFile, FileList, wire
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.paging import newest_first, page_limit
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply

PATH = "/v1/files"
MOST_LISTED = 10_000
FIELD_BYTES = 1024
SENT: tuple[Purpose, ...] = ("batch",)
SHORTEST_S, LONGEST_S = 3600, 2_592_000

_FIELDS = frozenset({"purpose", "expires_after[anchor]", "expires_after[seconds]"})
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")


class FileRoutes:
    def __init__(self, access: Access, files: FileStore) -> None:
        self._access = access
        self._files = files

    async def create(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        boundary = boundary_of(request.headers.get("content-type", "").encode("latin-1"))
        return json_reply(wire(await self._receive(caller, parts(_body(request), boundary))))

    async def list(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        asked = request.query_params
        page = await self._files.page(
            caller.tenant,
            caller.clearance,
            purpose=asked.get("purpose"),
            after=asked.get("after"),
            limit=page_limit(request, MOST_LISTED, MOST_LISTED),
            newest_first=newest_first(request),
        )
        data = [wire(file) for file in page.files]
        ends = (data[0].id, data[-1].id) if data else ("", "")
        return json_reply(FileList(data, page.has_more, *ends))

    async def retrieve(self, request: Request) -> Response:
        return json_reply(wire(await self._file(request)))

    async def content(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        file = await self._files.get(caller.tenant, _id(request), caller.clearance)
        headers = {
            "content-length": str(file.bytes),
            "content-disposition": "attachment",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        content = self._files.read(caller.tenant, file)
        # a part that does not open is told with a status while there is none yet
        first = await anext(content, b"")
        return StreamingResponse(_from(first, content), headers=headers, media_type="application/octet-stream")

    async def delete(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "inference")
        await self._files.delete(caller.tenant, _id(request), caller.clearance)
        return json_reply(DeletedFile(_id(request)))

    async def _file(self, request: Request) -> File:
        caller = await admitted(self._access, request.scope, "inference")
        return await self._files.get(caller.tenant, _id(request), caller.clearance)

    async def _receive(self, caller: Caller, form: AsyncIterator[Head | bytes]) -> File:
        """Keep the file as it comes; what it is for may be said behind it."""
        fields: dict[str, bytes] = {}
        head: Head | None = None
        name: str | None = None
        async with self._files.writing(caller.tenant) as writing:
            async for piece in form:
                if isinstance(piece, Head):
                    head = _known(piece, {*fields, *(["file"] if name is not None else [])})
                    if head.name == "file":
                        name = head.filename
                    else:
                        fields[head.name] = b""
                elif head and head.name == "file":
                    await writing.write(piece)
                elif head:
                    fields[head.name] = _short(fields[head.name] + piece, head.name)
            if name is None:
                raise InvalidRequest("`file` is missing.", next_step="Send it as a part of the form.", param="file")
            said = {field: value.decode("utf-8", "replace").strip() for field, value in fields.items()}
            return await writing.finish(_clean(name), _purpose(said), caller.clearance, _life(said))


def add_file_routes(app: Ordinary, routes: FileRoutes) -> None:
    one = f"{PATH}/{{file_id}}"
    app.add_api_route(PATH, routes.list, summary="List files", responses=answers("FileList"))
    app.add_api_route(
        PATH,
        routes.create,
        methods=["POST"],
        summary="Send a file",
        description="As a form: `purpose` is `batch`, `file` the content; `expires_after[anchor]` created_at and "
        "`expires_after[seconds]` say how long it stays, 30 days where they do not.",
        responses=answers("WireFile"),
    )
    app.add_api_route(one, routes.retrieve, summary="Describe a file", responses=answers("WireFile"))
    app.add_api_route(f"{one}/content", routes.content, summary="Read a file", responses=answers())
    app.add_api_route(one, routes.delete, methods=["DELETE"], summary="Delete a file", responses=answers("DeletedFile"))


def _known(head: Head, seen: set[str]) -> Head:
    is_file = head.name == "file" and head.filename is not None
    if head.name in seen or not (is_file or (head.name in _FIELDS and head.filename is None)):
        raise InvalidRequest(
            "The form has a part that is not known here, or is there twice.",
            next_step=f"Send `file` with its file name, and of the fields {', '.join(sorted(_FIELDS))} each once.",
        )
    return head


def _short(value: bytes, name: str) -> bytes:
    if len(value) > FIELD_BYTES:
        raise InvalidRequest(f"`{name}` is too long.", next_step="Shorten it.", param=name)
    return value


def _purpose(said: Mapping[str, str]) -> Purpose:
    for purpose in SENT:
        if said.get("purpose") == purpose:
            return purpose
    served = " or ".join(f"`{purpose}`" for purpose in SENT)
    told = "is missing" if "purpose" not in said else "is not one that files are sent for"
    raise InvalidRequest(f"`purpose` {told}.", next_step=f"Send {served}.", param="purpose")


def _life(said: Mapping[str, str]) -> timedelta:
    anchor, seconds = said.get("expires_after[anchor]"), said.get("expires_after[seconds]")
    if anchor is None and seconds is None:
        return LIFE
    if anchor != "created_at" or seconds is None or not re.fullmatch(r"[0-9]{1,8}", seconds):
        raise InvalidRequest(
            "`expires_after` is an anchor and seconds.",
            next_step="Send expires_after[anchor]=created_at and expires_after[seconds]=86400.",
            param="expires_after",
        )
    if not SHORTEST_S <= int(seconds) <= LONGEST_S:
        raise InvalidRequest(
            f"A file stays {SHORTEST_S} to {LONGEST_S} seconds.",
            next_step="Send a number between.",
            param="expires_after[seconds]",
        )
    return timedelta(seconds=int(seconds))


def _clean(name: str) -> str:
    return _FORBIDDEN.sub(" ", name).strip()[:255] or "file"


async def _body(request: Request) -> AsyncIterator[bytes]:
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _id(request: Request) -> str:
    return str(request.path_params["file_id"])
