"""Stored originals: which files the content-addressed store holds. The bytes are not here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Count, Sha256


class StoredFile(Base):
    """An original as it was uploaded: one watch file or one whole archive."""

    __tablename__ = "stored_file"

    sha256: Mapped[Sha256] = mapped_column(primary_key=True)
    size_bytes: Mapped[Count]
    stored_at: Mapped[datetime]
