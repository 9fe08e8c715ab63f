import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from models import imports, leases
from models.database import Database
from models.imports import ImportItem, ItemKind, ItemStatus, NewItem, Origin
from models.leases import Outcome

Create = Callable[..., uuid.UUID]
Claim = Callable[..., list[int]]
Finish = Callable[..., bool]
IMPORTED = Outcome(status=ItemStatus.IMPORTED, run_count=1)
LEASE_S = 60.0


def files(count: int) -> list[NewItem]:
    return [NewItem(name=f"{number}.fit", kind=ItemKind.FILE) for number in range(count)]


def positions(items: Sequence[ImportItem]) -> list[int]:
    return [item.position for item in items]


@pytest.fixture
def create(database: Database, athlete_id: uuid.UUID, now: datetime) -> Create:
    def made(items: Sequence[NewItem], idempotency_key: str | None = None) -> uuid.UUID:
        with database.write() as session:
            return imports.create(
                session,
                athlete_id,
                origin=Origin.CLI,
                items=items,
                now=now,
                idempotency_key=idempotency_key,
            )

    return made


@pytest.fixture
def claim(database: Database, athlete_id: uuid.UUID, now: datetime) -> Claim:
    def claimed(import_id: uuid.UUID, owner: str, limit: int, at: datetime = now) -> list[int]:
        with database.write() as session:
            return positions(
                leases.claim(
                    session,
                    athlete_id,
                    import_id,
                    owner=owner,
                    now=at,
                    lease_s=LEASE_S,
                    limit=limit,
                )
            )

    return claimed


@pytest.fixture
def finish(database: Database, athlete_id: uuid.UUID, now: datetime) -> Finish:
    def finished(
        import_id: uuid.UUID, position: int, owner: str, outcome: Outcome = IMPORTED
    ) -> bool:
        with database.write() as session:
            return leases.finish_items(
                session, athlete_id, import_id, {position: outcome}, owner=owner, now=now
            )

    return finished


def test_items_are_listed_by_position_page_by_page(
    database: Database, athlete_id: uuid.UUID, create: Create
) -> None:
    import_id = create(files(5))
    with database.read() as session:
        first = imports.items(session, athlete_id, import_id, limit=2)
        second = imports.items(session, athlete_id, import_id, limit=2, after=1)
        rest = imports.items(session, athlete_id, import_id, limit=9, after=3)
    assert [positions(page) for page in (first, second, rest)] == [[0, 1], [2, 3], [4]]
    assert first[1].name == "1.fit"


def test_only_problems_can_be_listed(
    database: Database, athlete_id: uuid.UUID, create: Create, now: datetime
) -> None:
    refused = NewItem(
        name="huge.fit", kind=ItemKind.FILE, status=ItemStatus.FAILED, code="too_large"
    )
    import_id = create([*files(1), refused])
    with database.read() as session:
        (item,) = imports.items(
            session, athlete_id, import_id, limit=9, statuses=[ItemStatus.FAILED]
        )
    assert (item.name, item.code, item.finished_at) == ("huge.fit", "too_large", now)


def test_totals_name_every_status(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim, finish: Finish
) -> None:
    import_id = create(files(3))
    claim(import_id, "me", 1)
    finish(import_id, 0, "me")
    with database.read() as session:
        totals = imports.totals(session, athlete_id, import_id)
    assert totals == {
        ItemStatus.QUEUED: 2,
        ItemStatus.IMPORTED: 1,
        ItemStatus.DUPLICATE: 0,
        ItemStatus.SKIPPED: 0,
        ItemStatus.FAILED: 0,
        ItemStatus.EXPANDED: 0,
    }


def test_the_members_of_an_archive_follow_behind(
    database: Database, athlete_id: uuid.UUID, create: Create, now: datetime
) -> None:
    import_id = create(files(2))
    members = [NewItem(name="a.zip", kind=ItemKind.FILE, member=name) for name in ("x", "y")]
    with database.write() as session:
        imports.add_items(session, athlete_id, import_id, members, now)
    with database.read() as session:
        items = imports.items(session, athlete_id, import_id, limit=9)
    assert [(item.position, item.member) for item in items] == [
        (0, None),
        (1, None),
        (2, "x"),
        (3, "y"),
    ]


def test_an_idempotency_key_makes_one_batch(
    database: Database, athlete_id: uuid.UUID, create: Create
) -> None:
    import_id = create(files(1), "key")
    with pytest.raises(IntegrityError):
        create(files(1), "key")
    create(files(1))
    create(files(1))  # without a key as many as one likes
    with database.read() as session:
        batch = imports.by_key(session, athlete_id, "key")
    assert batch is not None
    assert batch.id == import_id


def test_the_same_key_may_be_anothers(
    database: Database, add_athlete: Callable[[str], uuid.UUID], create: Create, now: datetime
) -> None:
    create(files(1), "key")
    with database.write() as session:
        imports.create(
            session,
            add_athlete("Grace"),
            origin=Origin.API,
            items=[],
            now=now,
            idempotency_key="key",
        )


def test_a_claim_takes_the_first_items_nobody_holds(create: Create, claim: Claim) -> None:
    import_id = create(files(5))
    assert claim(import_id, "me", 2) == [0, 1]
    assert claim(import_id, "you", 2) == [2, 3]
    assert claim(import_id, "me", 2) == [4]
    assert claim(import_id, "you", 2) == []


def test_a_claimed_item_says_who_holds_it_and_how_often_it_was_tried(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim, now: datetime
) -> None:
    import_id = create(files(1))
    claim(import_id, "me", 1)
    claim(import_id, "you", 1, now + timedelta(seconds=LEASE_S))
    with database.read() as session:
        (item,) = imports.items(session, athlete_id, import_id, limit=1)
    assert (item.owner, item.attempts) == ("you", 2)
    assert item.lease_expires_at == now + timedelta(seconds=2 * LEASE_S)


def test_only_an_expired_lease_is_taken_over(create: Create, claim: Claim, now: datetime) -> None:
    import_id = create(files(1))
    assert claim(import_id, "me", 1) == [0]
    assert claim(import_id, "you", 1, now + timedelta(seconds=LEASE_S - 1)) == []
    assert claim(import_id, "you", 1, now + timedelta(seconds=LEASE_S)) == [0]


def test_a_renewed_lease_lasts_longer(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim, now: datetime
) -> None:
    import_id = create(files(3))
    claim(import_id, "me", 2)
    later = now + timedelta(seconds=LEASE_S - 1)
    with database.write() as session:
        held = leases.renew(session, athlete_id, import_id, owner="me", now=later, lease_s=LEASE_S)
    assert held == 2
    assert claim(import_id, "you", 3, now + timedelta(seconds=LEASE_S)) == [2]


def test_what_is_let_go_can_be_claimed_at_once(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim
) -> None:
    import_id = create(files(3))
    claim(import_id, "me", 1)
    claim(import_id, "you", 1)
    with database.write() as session:
        assert leases.release(session, athlete_id, import_id, owner="me") == 1
    assert claim(import_id, "them", 3) == [0], "what was begun before comes alone"
    assert claim(import_id, "them", 3) == [2]


def test_two_who_claim_at_once_never_get_the_same_item(
    database: Database, athlete_id: uuid.UUID, create: Create, now: datetime
) -> None:
    import_id = create(files(120))
    together = threading.Barrier(6)
    claimed: list[tuple[str, int]] = []

    def work(owner: str) -> None:
        own = Database(database.url)
        together.wait()
        while True:
            with own.write() as session:
                items = leases.claim(
                    session, athlete_id, import_id, owner=owner, now=now, lease_s=LEASE_S, limit=4
                )
            if not items:
                break
            claimed.extend((owner, item.position) for item in items)
        own.close()

    threads = [threading.Thread(target=work, args=(f"worker {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(position for _, position in claimed) == list(range(120))


def test_a_claim_does_not_wait_for_one_that_is_not_committed_yet(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim, now: datetime
) -> None:
    if database.writer.dialect.name == "sqlite":
        pytest.skip("SQLite's writers take turns, so there is nothing to skip over")
    import_id = create(files(3))
    with database.write() as session:
        mine = leases.claim(
            session, athlete_id, import_id, owner="me", now=now, lease_s=LEASE_S, limit=2
        )
        assert positions(mine) == [0, 1]
        assert claim(import_id, "you", 9) == [2]


def test_an_item_ends_once_and_only_by_its_owner(
    *,
    database: Database,
    athlete_id: uuid.UUID,
    create: Create,
    claim: Claim,
    finish: Finish,
    now: datetime,
    sha: Callable[[str], str],
) -> None:
    import_id = create(files(1))
    assert not finish(import_id, 0, "me")
    claim(import_id, "me", 1)
    assert not finish(import_id, 0, "you")
    failed = Outcome(
        status=ItemStatus.FAILED, code="damaged", detail="at 14", content_sha256=sha("content")
    )
    assert finish(import_id, 0, "me", failed)
    assert not finish(import_id, 0, "me")
    with database.read() as session:
        (item,) = imports.items(session, athlete_id, import_id, limit=1)
    assert (item.status, item.code, item.detail) == (ItemStatus.FAILED, "damaged", "at 14")
    assert (item.content_sha256, item.finished_at) == (sha("content"), now)
    assert (item.owner, item.lease_expires_at) == (None, None)


def test_who_lost_an_item_cannot_end_it(
    create: Create, claim: Claim, finish: Finish, now: datetime
) -> None:
    import_id = create(files(1))
    claim(import_id, "slow", 1)
    claim(import_id, "quick", 1, now + timedelta(seconds=LEASE_S))
    assert not finish(import_id, 0, "slow")
    assert finish(import_id, 0, "quick")


def test_a_batch_ends_when_nothing_is_queued_and_says_so_once(
    *,
    database: Database,
    athlete_id: uuid.UUID,
    create: Create,
    claim: Claim,
    finish: Finish,
    now: datetime,
) -> None:
    import_id = create(files(2))
    claim(import_id, "me", 2)
    finish(import_id, 0, "me")
    with database.write() as session:
        assert not imports.finish_batch_if_done(session, athlete_id, import_id, now)
        assert [batch.id for batch in imports.open_batches(session, athlete_id)] == [import_id]
    finish(import_id, 1, "me")
    with database.write() as session:
        assert imports.finish_batch_if_done(session, athlete_id, import_id, now)
        assert not imports.finish_batch_if_done(session, athlete_id, import_id, now)
        assert imports.open_batches(session, athlete_id) == []
        batch = imports.get(session, athlete_id, import_id)
        assert batch is not None
        assert batch.finished_at == now


def test_of_two_who_end_the_last_items_at_once_one_ends_the_batch(
    database: Database, athlete_id: uuid.UUID, create: Create, claim: Claim, now: datetime
) -> None:
    import_id = create(files(2))
    for owner in ("first", "second"):
        claim(import_id, owner, 1)
    both_finished = threading.Barrier(2) if database.writer.dialect.name != "sqlite" else None
    ended: list[bool] = []

    def end(position: int, owner: str) -> None:
        own = Database(database.url)
        with own.write() as session:
            leases.finish_items(
                session, athlete_id, import_id, {position: IMPORTED}, owner=owner, now=now
            )
            if both_finished:
                both_finished.wait()  # neither has committed; SQLite's writers take turns anyway
            ended.append(imports.finish_batch_if_done(session, athlete_id, import_id, now))
        own.close()

    threads = [
        threading.Thread(target=end, args=(position, owner))
        for position, owner in enumerate(("first", "second"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [False, True]


def test_cancelling_skips_what_is_queued_and_keeps_what_is_done(
    *,
    database: Database,
    athlete_id: uuid.UUID,
    create: Create,
    claim: Claim,
    finish: Finish,
    now: datetime,
) -> None:
    import_id = create(files(3))
    claim(import_id, "me", 2)
    finish(import_id, 0, "me")
    with database.write() as session:
        assert imports.cancel(session, athlete_id, import_id, now)
        assert not imports.cancel(session, athlete_id, import_id, now)
        items = imports.items(session, athlete_id, import_id, limit=9)
        batch = imports.get(session, athlete_id, import_id)
    assert [(item.status, item.code) for item in items] == [
        (ItemStatus.IMPORTED, None),
        (ItemStatus.SKIPPED, "cancelled"),
        (ItemStatus.SKIPPED, "cancelled"),
    ]
    assert batch is not None
    assert (batch.cancelled_at, batch.finished_at) == (now, now)
    assert not finish(import_id, 1, "me")
    assert claim(import_id, "you", 9, now + timedelta(days=1)) == []


def test_a_status_outside_the_vocabulary_is_refused(
    database: Database, athlete_id: uuid.UUID, create: Create
) -> None:
    import_id = create(files(1))
    with pytest.raises(IntegrityError), database.writer.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE import_item SET status = 'lost' WHERE athlete_id IS NOT NULL"
        )
    with database.read() as session:
        assert imports.totals(session, athlete_id, import_id)[ItemStatus.QUEUED] == 1
