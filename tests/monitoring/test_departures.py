"""What left and what was kept in, told from the real audit trail, to each tenant its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from vestibule.monitoring.departures import Decided, Departures
from vestibule.privacy.audit.record import Action, Decision
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database


def decision(tenant: str, action: Action, *reasons: str, pseudonymised: int = 0, age_h: int = 0) -> Decision:
    return Decision(
        at=datetime.now(UTC) - timedelta(hours=age_h),
        request_id=f"chatcmpl-{uuid4().hex}",
        tenant=tenant,
        who="key",
        level="confidential",
        reasons=reasons,
        policy="1:abc",
        destination="https://api.example.com:443",
        model="gpt-4o",
        action=action,
        pseudonymised=pseudonymised,
    )


async def test_each_tenant_sees_what_left_and_why(
    database: Database, storage_home: Path, tenant: str, tmp_path: Path
) -> None:
    audit = Audit(database, TenantKeys(database, storage_home), storage_home)
    await audit.start()
    try:
        await audit.keep(decision(tenant, "cleared", "PERSON found", "cloud rule 1", pseudonymised=3))
        audit.note(decision(tenant, "refused", "PERSON found"))
        audit.note(decision(tenant, "home"))
        audit.note(decision(tenant, "cleared", "long ago", pseudonymised=9, age_h=30))
        audit.note(decision(f"other-{tenant}", "cleared", "not yours", pseudonymised=5))
    finally:
        await audit.close()
    traffic = await Departures(database).traffic(tenant, "day")
    assert traffic.decided == Decided(home=1, cleared=1, refused=1, pseudonymised=3)
    assert [(r.reason, r.decisions) for r in traffic.reasons] == [("PERSON found", 2), ("cloud rule 1", 1)]
    assert [d.action for d in traffic.latest] == ["refused", "cleared"]
    assert traffic.latest[1].model == "gpt-4o"
    assert (await Departures(database).traffic(tenant, "week")).decided.pseudonymised == 12
    assert (await Departures(database).traffic(f"third-{tenant}", "week")).decided == Decided(0, 0, 0, 0)
