"""The passage behind a citation, among the chunks that are live."""

from tests.knowledge.conftest import Reader

LOG = "# Log\n\n## 2025-07-08\n\nFilters were changed.\n\n## 2025-07-13\n\nThe damper was 100 % open_.\n"


async def test_the_passage_that_holds_the_quote_is_found_by_its_own_tenant(reader: Reader) -> None:
    document = await reader.ingest("log.md", LOG)
    found = await reader.knowledge.quoting(reader.tenant, document, "100 % open_")
    assert found is not None
    assert found.document_id == document
    assert "The damper was 100 % open_." in found.text
    assert await reader.knowledge.quoting(reader.tenant, document, "100 x openZ") is None
    assert await reader.knowledge.quoting(reader.tenant, "another", "damper") is None
    assert await reader.knowledge.quoting("somebody-else", document, "damper") is None


async def test_what_was_replaced_is_not_quoted_any_more(reader: Reader) -> None:
    document = await reader.ingest("log.md", LOG)
    await reader.ingest("log.md", LOG.replace("damper", "valve"))
    assert await reader.knowledge.quoting(reader.tenant, document, "The damper was") is None
