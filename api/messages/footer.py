"""What stands under everything the product says."""

from __future__ import annotations

from typing import Final

FOOTER: Final = (
    "Guidance, not medical advice. If something hurts and does not get better, see a clinician."
)
