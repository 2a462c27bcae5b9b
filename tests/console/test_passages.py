"""The passage behind a citation, from the chunks that are live."""

from vestibule.console.passages import LivePassages
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database


async def test_the_passage_that_holds_the_quote_is_found_by_its_own_tenant(database: Database, tenant: str) -> None:
    document = f"doc-{tenant}"
    async with database.owner() as connection:
        await connection.execute(
            "INSERT INTO documents (id, tenant, path) VALUES (%s, %s, 'log.md')", [document, tenant]
        )
        cursor = await connection.execute(
            "INSERT INTO document_versions (tenant, document_id, sha256, content, bytes) "
            "VALUES (%s, %s, decode(repeat('00', 32), 'hex'), '', 0) RETURNING id",
            [tenant, document],
        )
        row = await cursor.fetchone()
        assert row
        for ordinal, text in enumerate(("Filters were changed.", "The damper was 100 % open_.")):
            await connection.execute(
                "INSERT INTO chunks (id, tenant, document_id, version_id, ordinal, title, locator, context, text, "
                "start_offset, end_offset, level, buildings, embedding) "
                "VALUES (%s, %s, %s, %s, %s, 'Log', '§ July', '', %s, 0, 1, 3, '{harbour}', %s)",
                [f"{document}-{ordinal}", tenant, document, row[0], ordinal, text, str([0.0] * 383 + [1.0])],
            )
    passages = LivePassages(database)
    found = await passages.quoting(tenant, document, "100 % open_")
    assert found is not None
    assert (found.chunk_id, found.text) == (f"{document}-1", "The damper was 100 % open_.")
    assert (found.level, found.buildings) == (PrivacyClass.RESTRICTED, ("harbour",))
    assert await passages.quoting(tenant, document, "100 x openZ") is None
    assert await passages.quoting(tenant, "another", "damper") is None
    assert await passages.quoting("somebody-else", document, "damper") is None
