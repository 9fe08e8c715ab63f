"""Athletes: the owner, the others on this copy, and their profiles."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.schemas import AthleteBody, AthleteList, NewAthlete, ProfileChange
from api.errors import NotFound, Unprocessable
from api.settings import Settings
from models import athletes, jobs
from models.athletes import Athlete, Profile

OWNER_NAME = "Me"

REMODEL = "remodel"
"""The job that brings stored runs in line with a changed profile."""

_RUNS_REST_ON = frozenset({"height_cm", "zone"})
"""What stored runs may have been computed with."""


class AthleteUnknown(NotFound):
    """There is no athlete of that id or name here."""


class NameAmbiguous(Unprocessable):
    """More than one athlete has that name."""


def ensure_owner(session: Session, settings: Settings, now: datetime) -> Athlete:
    """The owner of this copy, made at the first start."""
    return athletes.owner(session) or athletes.add(
        session, name=OWNER_NAME, zone=settings.zone, is_owner=True, now=now
    )


def whose(session: Session, athlete_id: UUID | None) -> Athlete:
    """The athlete asked for; the owner when nobody was named.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    """
    athlete = athletes.owner(session) if athlete_id is None else athletes.get(session, athlete_id)
    if athlete is None:
        raise AthleteUnknown(
            "There is no such athlete here. GET /v1/athletes lists them.", "query/athlete_id"
        )
    return athlete


def locked(session: Session, athlete_id: UUID | None) -> Athlete:
    """The athlete asked for, held until the transaction ends; raises as :func:`whose` does."""
    whom = whose(session, athlete_id).id
    return athletes.lock(session, whom) or whose(session, whom)


def named(session: Session, name_or_id: str | None) -> Athlete:
    """The athlete a command line names, by id or by name.

    Raises
    ------
    AthleteUnknown
        Nobody is called that.
    NameAmbiguous
        Several are.
    """
    if name_or_id is None:
        return whose(session, None)
    everybody = athletes.list_all(session)
    found = [one for one in everybody if name_or_id == str(one.id)] or [
        one for one in everybody if one.name.casefold() == name_or_id.casefold()
    ]
    if not found:
        raise AthleteUnknown(
            f"Nobody here is called {name_or_id!r}. `swingphase athletes list` shows who is."
        )
    if len(found) > 1:
        raise NameAmbiguous(
            f"{len(found)} athletes are called {name_or_id!r}: use the id from "
            "`swingphase athletes list`."
        )
    return found[0]


def list_athletes(session: Session) -> AthleteList:
    """Everybody, the first added first."""
    return AthleteList(items=[athlete_body(one) for one in athletes.list_all(session)])


def add_athlete(
    session: Session, new: NewAthlete, settings: Settings, now: datetime
) -> AthleteBody:
    """Add another athlete."""
    zone = new.zone or settings.zone
    return athlete_body(athletes.add(session, name=new.name, zone=zone, is_owner=False, now=now))


def ask_to_remodel(session: Session, athlete_id: UUID, now: datetime) -> None:
    """Leave the job that does runs again which rest on the profile.

    Always a new one: the one that is there may be under way with what the profile was before.
    """
    jobs.add(session, REMODEL, athlete_id, None, now)


def change_profile(
    session: Session, athlete_id: UUID | None, change: ProfileChange, now: datetime
) -> AthleteBody:
    """Change a profile. Runs that rest on what changed are done again by a job it leaves.

    Raises
    ------
    AthleteUnknown
        There is no such athlete.
    Unprocessable
        The heart rates contradict each other.
    """
    athlete = athletes.lock(session, whose(session, athlete_id).id)
    if athlete is None:
        raise AthleteUnknown("There is no such athlete here.")
    before = athlete_body(athlete)
    values = change.model_dump(exclude_unset=True)
    after = before.model_copy(update=values)
    if (
        after.resting_heart_rate_bpm is not None
        and after.max_heart_rate_bpm is not None
        and after.resting_heart_rate_bpm >= after.max_heart_rate_bpm
    ):
        raise Unprocessable(
            "The resting heart rate must be below the highest one.", "body/resting_heart_rate_bpm"
        )
    changed = {key: value for key, value in values.items() if getattr(before, key) != value}
    if changed:
        athletes.update_profile(session, athlete.id, Profile(**changed))
    if _RUNS_REST_ON & changed.keys():
        ask_to_remodel(session, athlete.id, now)
    return after


def athlete_body(athlete: Athlete) -> AthleteBody:
    """An athlete as seen from outside."""
    return AthleteBody.model_validate(athlete, from_attributes=True)
