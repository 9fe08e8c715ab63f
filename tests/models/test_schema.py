import pytest
from sqlalchemy import Table

from analytics.recording import Sport
from models.activities import RUNNING, Activity, ActivityValues, DayRun, Overlap
from models.base import NOT_ATHLETE_OWNED, Base

OWNED = [table for name, table in Base.metadata.tables.items() if name not in NOT_ATHLETE_OWNED]


def foreign_keys_to_owned() -> list[tuple[str, list[str], list[str]]]:
    owned = {table.name for table in OWNED}
    return [
        (f"{table.name} to {key.referred_table.name}", list(key.column_keys), referred)
        for table in Base.metadata.tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table.name in owned
        for referred in [[element.column.name for element in key.elements]]
    ]


@pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)
def test_the_key_of_an_athletes_own_table_begins_with_the_athlete(table: Table) -> None:
    assert next(iter(table.primary_key)).name == "athlete_id"


@pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)
def test_an_athletes_own_rows_go_with_the_athlete(table: Table) -> None:
    parents = {
        key.referred_table.name
        for key in table.foreign_key_constraints
        if key.ondelete == "CASCADE" and key.column_keys[0] == "athlete_id"
    }
    assert parents & {"athlete", "activity", "import_batch"}


def test_tables_without_an_owner_are_the_few_that_are_named() -> None:
    assert Base.metadata.tables.keys() >= NOT_ATHLETE_OWNED
    without = {
        name for name, table in Base.metadata.tables.items() if "athlete_id" not in table.columns
    }
    assert without == {"athlete", "stored_file"}


@pytest.mark.parametrize(
    ("local", "referred"),
    [key[1:] for key in foreign_keys_to_owned()],
    ids=[key[0] for key in foreign_keys_to_owned()],
)
def test_a_reference_to_an_athletes_own_row_names_the_athlete_too(
    local: list[str], referred: list[str]
) -> None:
    assert local[0] == referred[0] == "athlete_id"
    assert len(local) > 1


def test_every_constraint_has_a_name() -> None:
    for table in Base.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints)
        assert all(index.name for index in table.indexes)


def test_what_an_import_hands_over_is_every_column_of_an_activity() -> None:
    columns = {column.name for column in Activity.__table__.columns}
    assert columns - ActivityValues.__required_keys__ == {"athlete_id"}
    assert columns > set(Overlap._fields)
    assert columns > set(DayRun._fields)


def test_running_is_spelled_as_the_recordings_spell_it() -> None:
    assert Sport.RUNNING.value == RUNNING
