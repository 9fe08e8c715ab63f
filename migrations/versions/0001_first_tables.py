"""The first tables: athletes, originals, imports, activities, samples, day totals, alerts, jobs.

Up: creates them, empty. Down: drops them with all they hold.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DOUBLE: Final[sa.Double[float]] = sa.Double()
JSON_TYPE: Final = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "athlete",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("height_cm", DOUBLE),
        sa.Column("birth_date", sa.Date()),
        sa.Column("sex", sa.String()),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("resting_heart_rate_bpm", sa.Integer()),
        sa.Column("max_heart_rate_bpm", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dirty_since", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_athlete"),
    )
    op.create_index(
        "ix_athlete_is_owner",
        "athlete",
        ["is_owner"],
        unique=True,
        sqlite_where=sa.text("is_owner"),
        postgresql_where=sa.text("is_owner"),
    )

    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_stored_file"),
    )
    op.create_table(
        "activity",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content_sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("session_index", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("member", sa.String()),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("metrics_version", sa.Integer(), nullable=False),
        sa.Column("sport", sa.String(), nullable=False),
        sa.Column("sub_sport", sa.String()),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("local_date", sa.Date()),
        sa.Column("utc_offset_s", sa.Integer()),
        sa.Column("zone", sa.String()),
        sa.Column("zone_source", sa.String()),
        sa.Column("distance_m", DOUBLE),
        sa.Column("timer_s", DOUBLE),
        sa.Column("elapsed_s", DOUBLE),
        sa.Column("moving_s", DOUBLE),
        sa.Column("steps_total", DOUBLE),
        sa.Column("walking_steps", DOUBLE),
        sa.Column("hip_flexions", DOUBLE),
        sa.Column("hip_flexions_source", sa.String()),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("laps", sa.Integer(), nullable=False),
        sa.Column("cadence_sum_per_leg", DOUBLE),
        sa.Column("device_manufacturer", sa.String()),
        sa.Column("device_product", sa.String()),
        sa.Column("device_serial", sa.String()),
        sa.Column("richness", sa.Integer(), nullable=False),
        sa.Column("duplicate_of", sa.Uuid()),
        sa.Column("metrics", JSON_TYPE, nullable=False),
        sa.Column("warnings", JSON_TYPE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "duplicate_of"],
            ["activity.athlete_id", "activity.id"],
            name="fk_activity_athlete_id_duplicate_of_activity",
        ),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name="fk_activity_athlete_id_athlete",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name="fk_activity_file_sha256_stored_file"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "id", name="pk_activity"),
        sa.UniqueConstraint(
            "athlete_id",
            "content_sha256",
            "session_index",
            name="uq_activity_athlete_id_content_sha256_session_index",
        ),
    )
    op.create_index(
        "ix_activity_athlete_id_duplicate_of", "activity", ["athlete_id", "duplicate_of"]
    )
    op.create_index(
        "ix_activity_athlete_id_ended_at_started_at",
        "activity",
        ["athlete_id", "ended_at", "started_at"],
    )
    op.create_index("ix_activity_athlete_id_local_date", "activity", ["athlete_id", "local_date"])
    op.create_index(
        "ix_activity_athlete_id_started_at_id", "activity", ["athlete_id", "started_at", "id"]
    )
    op.create_index("ix_activity_file_sha256_athlete_id", "activity", ["file_sha256", "athlete_id"])

    op.create_table(
        "alert",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("cleared_on", sa.Date()),
        sa.Column("findings", JSON_TYPE, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True)),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_alert_athlete_id_athlete", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("athlete_id", "id", name="pk_alert"),
    )
    op.create_index("ix_alert_athlete_id_opened_on_id", "alert", ["athlete_id", "opened_on", "id"])

    op.create_table(
        "day_total",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("distance_km", DOUBLE, nullable=False),
        sa.Column("hip_flexions", DOUBLE, nullable=False),
        sa.Column("minutes", DOUBLE, nullable=False),
        sa.Column("longest_run_km", DOUBLE, nullable=False),
        sa.Column("longest_run_flexions", DOUBLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name="fk_day_total_athlete_id_athlete",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("athlete_id", "day", name="pk_day_total"),
    )
    op.create_table(
        "import_batch",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("idempotency_key", sa.String()),
        sa.ForeignKeyConstraint(
            ["athlete_id"],
            ["athlete.id"],
            name="fk_import_batch_athlete_id_athlete",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("origin IN ('api', 'cli')", name=op.f("ck_import_batch_origin")),
        sa.PrimaryKeyConstraint("athlete_id", "id", name="pk_import_batch"),
        sa.UniqueConstraint(
            "athlete_id", "idempotency_key", name="uq_import_batch_athlete_id_idempotency_key"
        ),
    )
    op.create_table(
        "channel",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("dtype", sa.String(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "activity_id"],
            ["activity.athlete_id", "activity.id"],
            name="fk_channel_athlete_id_activity_id_activity",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("athlete_id", "activity_id", "stream", name="pk_channel"),
    )
    op.create_table(
        "import_item",
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("file_sha256", sa.CHAR(length=64)),
        sa.Column("member", sa.String()),
        sa.Column("content_sha256", sa.CHAR(length=64)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("code", sa.String()),
        sa.Column("detail", sa.String()),
        sa.Column("run_count", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "import_id"],
            ["import_batch.athlete_id", "import_batch.id"],
            name="fk_import_item_athlete_id_import_id_import_batch",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name="fk_import_item_file_sha256_stored_file"
        ),
        sa.CheckConstraint("kind IN ('file', 'archive')", name=op.f("ck_import_item_kind")),
        sa.CheckConstraint(
            "status IN ('queued', 'imported', 'duplicate', 'skipped', 'failed', 'expanded')",
            name=op.f("ck_import_item_status"),
        ),
        sa.PrimaryKeyConstraint("athlete_id", "import_id", "position", name="pk_import_item"),
    )
    op.create_index(
        "ix_import_item_file_sha256_athlete_id", "import_item", ["file_sha256", "athlete_id"]
    )
    op.create_index(
        "ix_import_item_queued",
        "import_item",
        ["athlete_id", "import_id", "position"],
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )

    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("athlete_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id", "import_id"],
            ["import_batch.athlete_id", "import_batch.id"],
            name="fk_job_athlete_id_import_id_import_batch",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athlete.id"], name="fk_job_athlete_id_athlete", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
    )
    op.create_index("ix_job_athlete_id_import_id", "job", ["athlete_id", "import_id"])


def downgrade() -> None:
    op.drop_table("job")
    op.drop_table("import_item")
    op.drop_table("channel")
    op.drop_table("import_batch")
    op.drop_table("day_total")
    op.drop_table("alert")
    op.drop_table("activity")
    op.drop_table("stored_file")
    op.drop_table("athlete")
