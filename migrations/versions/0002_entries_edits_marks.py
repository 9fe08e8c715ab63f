"""Entries of an export's index, the runner's changes to a run, day marks.

Up: every activity is one read from a file, not named, not changed, not deleted, nothing held out.
Down: what has no file, what an index lists and what was deleted goes, for the older schema would
refuse or show it; a changed run keeps its changed numbers. Day marks are lost.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DOUBLE: Final[sa.Double[float]] = sa.Double()
JSON_TYPE: Final = sa.JSON().with_variant(JSONB(), "postgresql")

OLD_KINDS: Final = "kind IN ('file', 'archive')"
KINDS: Final = "kind IN ('file', 'archive', 'index', 'companion')"

ADDED: Final = (
    "entry",
    "title",
    "held_out_m",
    "held_out_s",
    "held_out_flexions",
    "fast_was_run",
    "rpe",
    "signature",
    "preferred_at",
    "deleted_at",
    "read_values",
)


def upgrade() -> None:
    with op.batch_alter_table("activity") as table:
        table.alter_column("file_sha256", existing_type=sa.CHAR(length=64), nullable=True)
        table.add_column(sa.Column("entry", sa.String()))
        table.add_column(sa.Column("title", sa.String()))
        for name in ("held_out_m", "held_out_s", "held_out_flexions"):
            table.add_column(sa.Column(name, DOUBLE, server_default="0", nullable=False))
        table.add_column(sa.Column("fast_was_run", sa.Boolean()))
        table.add_column(sa.Column("rpe", DOUBLE))
        table.add_column(sa.Column("signature", sa.LargeBinary()))
        table.add_column(sa.Column("preferred_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("read_values", JSON_TYPE, server_default="{}", nullable=False))
    op.create_index("ix_activity_athlete_id_zone_source", "activity", ["athlete_id", "zone_source"])
    _change_kinds(KINDS)
    op.create_table(
        "day_mark",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_last_run", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name="fk_day_mark_athlete_id_athlete",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('race', 'sick', 'holiday', 'travel', 'rested', 'unobserved')",
            name=op.f("ck_day_mark_kind"),
        ),
        sa.PrimaryKeyConstraint("athlete_id", "day", "kind", name="pk_day_mark"),
    )


def downgrade() -> None:
    op.drop_table("day_mark")
    op.execute("UPDATE import_item SET kind = 'file' WHERE kind IN ('index', 'companion')")
    _change_kinds(OLD_KINDS)
    gone = "file_sha256 IS NULL OR entry IS NOT NULL OR deleted_at IS NOT NULL"
    of_gone = f"SELECT id FROM activity WHERE {gone}"  # noqa: S608 - no value from outside
    op.execute(f"UPDATE activity SET duplicate_of = NULL WHERE duplicate_of IN ({of_gone})")  # noqa: S608 - as above
    op.execute(f"DELETE FROM channel WHERE activity_id IN ({of_gone})")  # noqa: S608 - as above
    op.execute(f"DELETE FROM activity WHERE {gone}")  # noqa: S608 - as above
    op.drop_index("ix_activity_athlete_id_zone_source", "activity")
    with op.batch_alter_table("activity") as table:
        for name in reversed(ADDED):
            table.drop_column(name)
        table.alter_column("file_sha256", existing_type=sa.CHAR(length=64), nullable=False)


def _change_kinds(words: str) -> None:
    """Put the words a kind may be into its CHECK."""
    with op.batch_alter_table("import_item") as table:
        table.drop_constraint(op.f("ck_import_item_kind"), type_="check")
        table.create_check_constraint(op.f("ck_import_item_kind"), words)
