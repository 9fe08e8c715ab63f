"""Files, folders and archives become single files, and nothing leads outside of them."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

import pytest

from importers.contract import FailureCode, ImportFailure
from importers.limits import MIB, Limits
from importers.sources import Archive, Member, Refusal, is_zip, members, read_member, walk

LIMITS = Limits()


def zipped(content: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in content.items():
            # A name set afterwards is written as it is.
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            info.compress_type = method
            archive.writestr(info, data)
    return stream.getvalue()


def found(data: bytes, limits: Limits = LIMITS) -> dict[str, bytes | FailureCode]:
    result: dict[str, bytes | FailureCode] = {}
    for member in members(io.BytesIO(data), limits):
        if isinstance(member, Refusal):
            result[member.name] = member.code
            continue
        try:
            result[member.name] = member.read()
        except ImportFailure as failure:
            result[member.name] = failure.code
    return result


def refused_whole(data: bytes, limits: Limits = LIMITS) -> FailureCode:
    with pytest.raises(ImportFailure) as failure:
        found(data, limits)
    return failure.value.code


def test_members_come_in_the_archive_s_own_order_with_their_bytes() -> None:
    content = {"b.fit": b"1", "a/c.gpx": b"22", "a/b.TCX": b"", "z.txt": b"4" * 100_000}
    assert list(found(zipped(content)).items()) == list(content.items())
    names = [m.name for m in members(io.BytesIO(zipped(content)), LIMITS)]
    assert names == list(content)


def test_junk_and_folders_are_passed_over_silently() -> None:
    content = {
        "__MACOSX/._run.fit": b"x",
        "a/__MACOSX/b.fit": b"x",
        "a/._run.fit": b"x",
        ".DS_Store": b"x",
        ".hidden/run.fit": b"x",
        "folder/": b"",
        "run.fit": b"run",
    }
    assert found(zipped(content)) == {"run.fit": b"run"}


@pytest.mark.parametrize(
    "name",
    [
        *("../x.fit", "a/../../x.fit", "..", ".hidden/../../x.fit"),
        *("/etc/x.fit", "C:x.fit", "c:/x.fit", "a\\..\\x.fit", "x\0.fit"),
    ],
)
def test_names_that_lead_outside_are_refused_and_the_rest_goes_on(name: str) -> None:
    result = found(zipped({"a.fit": b"a", name: b"evil", "b.fit": b"b"}))
    assert (result.pop("a.fit"), result.pop("b.fit")) == (b"a", b"b")
    assert list(result.values()) == [FailureCode.UNSAFE_NAME]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_symbolic_links_and_devices_are_refused(kind: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("link.fit")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")
        archive.writestr("run.fit", b"run")
    assert found(stream.getvalue()) == {
        "link.fit": FailureCode.UNSAFE_NAME,
        "run.fit": b"run",
    }


def patched(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """Change bytes of a member's directory entry."""
    at = data.index(b"PK\x01\x02")
    while not data[at + 46 :].startswith(name.encode()):
        at = data.index(b"PK\x01\x02", at + 4)
    return data[: at + offset] + value + data[at + offset + len(value) :]


def test_an_encrypted_member_is_refused_and_the_rest_goes_on() -> None:
    data = patched(zipped({"a.fit": b"a", "b.fit": b"b"}), "a.fit", 8, b"\x01\x00")
    assert found(data) == {"a.fit": FailureCode.ENCRYPTED_ARCHIVE, "b.fit": b"b"}


def test_a_member_of_bad_checksum_is_refused_and_the_rest_goes_on() -> None:
    data = bytearray(zipped({"a.fit": b"aaaa", "b.fit": b"bbbb"}, zipfile.ZIP_STORED))
    data[data.index(b"aaaa")] = ord("x")
    assert found(bytes(data)) == {"a.fit": FailureCode.DAMAGED_ARCHIVE, "b.fit": b"bbbb"}


@pytest.mark.parametrize("claimed", [1, 3])
def test_a_member_that_claims_less_than_it_holds_is_refused(claimed: int) -> None:
    data = zipped({"a.fit": b"aaaaaaaa", "b.fit": b"b"})
    lying = patched(data, "a.fit", 24, struct.pack("<I", claimed))
    assert found(lying) == {"a.fit": FailureCode.DAMAGED_ARCHIVE, "b.fit": b"b"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compressions_without_bounded_steps_are_refused(method: int) -> None:
    data = zipped({"a.fit": bytes(1000)}, method)
    assert found(data) == {"a.fit": FailureCode.DAMAGED_ARCHIVE}


def test_a_bomb_is_refused_by_its_ratio_and_the_rest_goes_on() -> None:
    data = zipped({"bomb.fit": bytes(64 * MIB), "run.fit": b"run"})
    assert found(data) == {"bomb.fit": FailureCode.RATIO_TOO_HIGH, "run.fit": b"run"}


def test_a_bomb_that_claims_to_be_small_is_refused() -> None:
    data = zipped({"bomb.fit": bytes(64 * MIB), "run.fit": b"run"})
    lying = patched(data, "bomb.fit", 24, struct.pack("<I", 1000))
    assert found(lying) == {"bomb.fit": FailureCode.DAMAGED_ARCHIVE, "run.fit": b"run"}


def test_a_bomb_that_claims_to_occupy_much_is_refused() -> None:
    data = zipped({"bomb.fit": bytes(64 * MIB), "run.fit": b"run"})
    lying = patched(data, "bomb.fit", 20, struct.pack("<I", 2_000_000_000))
    assert found(lying)["bomb.fit"] in {FailureCode.DAMAGED_ARCHIVE, FailureCode.RATIO_TOO_HIGH}


def test_entries_that_share_bytes_are_refused_and_the_rest_goes_on() -> None:
    data = zipped({"a.fit": os.urandom(500), "b.fit": b"b", "c.fit": b"c"})
    overlapping = patched(data, "b.fit", 42, struct.pack("<I", 0))
    result = found(overlapping)
    assert result["c.fit"] == b"c"
    assert {result["a.fit"], result["b.fit"]} == {FailureCode.DAMAGED_ARCHIVE}


def test_a_member_larger_than_a_file_may_be_is_refused() -> None:
    limits = Limits(max_file_bytes=1000)
    data = zipped({"a.fit": os.urandom(1001), "b.fit": os.urandom(1000)})
    result = found(data, limits)
    assert result["a.fit"] is FailureCode.TOO_LARGE
    assert isinstance(result["b.fit"], bytes)


def test_an_archive_holds_no_more_than_its_limit_in_all() -> None:
    limits = Limits(max_archive_bytes=2500)
    data = zipped({f"{i}.fit": os.urandom(1000) for i in range(4)})
    values = list(found(data, limits).values())
    assert [isinstance(value, bytes) for value in values] == [True, True, False, False]
    assert values[2] is FailureCode.TOO_LARGE


def test_too_many_entries_are_refused_before_any_is_read() -> None:
    data = zipped({f"{i}.fit": b"" for i in range(11)})
    assert len(found(data, Limits(max_entries=11))) == 11
    assert refused_whole(data, Limits(max_entries=10)) is FailureCode.TOO_MANY_FILES


def test_entries_of_nested_archives_count_too() -> None:
    inner = zipped({f"{i}.fit": b"" for i in range(6)})
    data = zipped({"a.zip": inner, "b.zip": inner})
    assert len(found(data, Limits(max_entries=14))) == 12
    assert refused_whole(data, Limits(max_entries=13)) is FailureCode.TOO_MANY_FILES


def test_nested_archives_are_walked_in_their_place() -> None:
    inner = zipped({"x.fit": b"x", "deep.ZIP": zipped({"y.fit": b"y"})})
    data = zipped({"a.fit": b"a", "b/inner.zip": inner, "z.fit": b"z"})
    assert list(found(data).items()) == [
        ("a.fit", b"a"),
        ("b/inner.zip!/x.fit", b"x"),
        ("b/inner.zip!/deep.ZIP!/y.fit", b"y"),
        ("z.fit", b"z"),
    ]


def test_archives_nested_too_deep_are_refused_and_the_rest_goes_on() -> None:
    data = zipped({"run.fit": b"run"})
    for level in range(3):
        data = zipped({f"{level}.zip": data, f"{level}.fit": b"beside"})
    result = found(data)
    assert result.pop("2.zip!/1.zip!/0.zip") is FailureCode.NESTED_TOO_DEEP
    assert list(result.values()) == [b"beside"] * 3


def test_a_damaged_nested_archive_is_refused_and_the_rest_goes_on() -> None:
    inner = zipped({"x.fit": b"x"})
    data = zipped({"inner.zip": inner[:-10], "run.fit": b"run"})
    assert found(data) == {"inner.zip": FailureCode.DAMAGED_ARCHIVE, "run.fit": b"run"}


def test_a_nested_bomb_is_refused_and_the_rest_goes_on() -> None:
    inner = zipped({"bomb.fit": bytes(64 * MIB)})
    data = zipped({"inner.zip": inner, "run.fit": b"run"})
    assert found(data) == {
        "inner.zip!/bomb.fit": FailureCode.RATIO_TOO_HIGH,
        "run.fit": b"run",
    }


@pytest.mark.parametrize("keep", [0, 10, 60, -1, -10, -30])
def test_a_truncated_archive_is_not_imported_as_if_whole(keep: int) -> None:
    data = zipped({"a.fit": os.urandom(100), "b.fit": os.urandom(100)})
    assert refused_whole(data[:keep]) is FailureCode.DAMAGED_ARCHIVE


def test_cut_behind_a_stored_inner_archive_it_is_not_taken_for_that_one() -> None:
    inner = zipped({"x.fit": b"x"})
    data = zipped({"a.fit": b"a", "inner.zip": inner, "b.fit": b"b"}, zipfile.ZIP_STORED)
    cut = data[: data.index(inner) + len(inner)]
    assert zipfile.ZipFile(io.BytesIO(cut)).namelist() == ["x.fit"]
    assert refused_whole(cut) is FailureCode.DAMAGED_ARCHIVE
    assert refused_whole(cut + b"PK\x03\x04 and more") is FailureCode.DAMAGED_ARCHIVE


def test_a_damaged_directory_refuses_the_archive() -> None:
    data = zipped({"a.fit": b"a", "b.fit": b"b"})
    broken = data.replace(b"PK\x01\x02", b"PK\x01\x03", 1)
    assert refused_whole(broken) is FailureCode.DAMAGED_ARCHIVE


def test_an_archive_with_a_comment_is_whole() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.fit", b"a")
        archive.comment = b"made by hand"
    assert found(stream.getvalue()) == {"a.fit": b"a"}


def test_an_archive_of_64_bit_offsets_is_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(65_537):
            archive.writestr(f"{i}.fit", b"")
    assert len(list(members(io.BytesIO(stream.getvalue()), LIMITS))) == 65_537


def test_is_zip_tells_by_the_first_bytes() -> None:
    assert is_zip(zipped({"a": b""}))
    assert is_zip(zipped({}))
    assert not is_zip(b"\x1f\x8b")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    inner = zipped({"x.fit": b"x", "y.fit": b"y"})
    path = tmp_path / "export.zip"
    path.write_bytes(
        zipped(
            {
                "a.fit": b"a",
                "inner.zip": inner,
                "Summer!/run.fit": b"summer",
                "wow!!.zip": zipped({"!/!.fit": b"odd"}),
                "../evil.fit": b"evil",
            }
        )
    )
    return path


def every(path: Path) -> Iterator[tuple[str, bytes]]:
    for member in members(path, LIMITS):
        if isinstance(member, Member):
            yield member.name, member.read()


def test_every_member_is_found_again_by_its_name(archive: Path) -> None:
    listed = list(every(archive))
    assert [name for name, _ in listed] == [
        "a.fit",
        "inner.zip!/x.fit",
        "inner.zip!/y.fit",
        "Summer!!/run.fit",
        "wow!!!!.zip!/!!/!!.fit",
    ]
    assert [read_member(archive, name, LIMITS) for name, _ in listed] == [d for _, d in listed]
    with Archive(archive, LIMITS) as opened:
        for name, data in reversed(listed):
            assert opened.read(name) == data


def test_two_entries_of_one_name_are_both_found_again(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.fit", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.fit", b"second")
    listed = list(every(path))
    assert listed == [("a.fit", b"first"), ("a.fit!#2", b"second")]
    assert read_member(path, "a.fit!#2", LIMITS) == b"second"


def test_what_was_refused_cannot_be_read_by_its_name_either(archive: Path) -> None:
    with pytest.raises(ImportFailure) as failure:
        read_member(archive, "../evil.fit", LIMITS)
    assert failure.value.code is FailureCode.UNSAFE_NAME


@pytest.mark.parametrize("name", ["none.fit", "", "inner.zip!/none.fit", "a.fit!/x.fit", "!/", "!"])
def test_a_member_that_is_not_there_is_a_failure(archive: Path, name: str) -> None:
    with pytest.raises(ImportFailure) as failure:
        read_member(archive, name, LIMITS)
    assert failure.value.code is FailureCode.DAMAGED_ARCHIVE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "runs"
    for name in ("b.fit", "a/2.gpx", "a/1.FIT", "a/b/3.tcx", ".DS_Store", ".git/x.fit"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    for name in ("__MACOSX/b.fit", "a/._2.gpx"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"junk")
    return root


def test_a_folder_is_walked_in_sorted_order_without_junk(folder: Path) -> None:
    files = list(walk(folder))
    assert [file.name for file in files] == ["a/1.FIT", "a/2.gpx", "a/b/3.tcx", "b.fit"]
    assert [f.read(LIMITS) for f in files if not isinstance(f, Refusal)] == [
        file.name.encode() for file in files
    ]
    assert list(walk(folder)) == files


def test_a_single_file_is_itself(folder: Path) -> None:
    (file,) = walk(folder / "b.fit")
    assert not isinstance(file, Refusal)
    assert (file.name, file.size) == ("b.fit", 5)


def test_symbolic_links_lead_nowhere(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.fit").write_bytes(b"secret")
    (folder / "link").symlink_to(outside)
    (folder / "link.fit").symlink_to(outside / "secret.fit")
    (folder / "loop").symlink_to(folder)
    assert [file.name for file in walk(folder)] == ["a/1.FIT", "a/2.gpx", "a/b/3.tcx", "b.fit"]


@pytest.fixture
def deep_folder(tmp_path: Path) -> Generator[Path]:
    """Folders 1,200 deep with a run at the bottom; taken away again level by level."""
    # Each by its own name: the whole path may be longer than one call takes.
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(os.open("run.fit", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    yield tmp_path
    # pytest's own way to remove a folder calls itself for each level, and there are too many.
    while (tmp_path / "d" / "d").is_dir():
        (tmp_path / "d" / "d").rename(tmp_path / "up")
        (tmp_path / "d").rmdir()
        (tmp_path / "up").rename(tmp_path / "d")


def test_folders_a_thousand_deep_are_walked_to_the_bottom(deep_folder: Path) -> None:
    assert [found.name for found in walk(deep_folder)] == ["d/" * 1200 + "run.fit"]


def test_pipes_are_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "c.fit")
    assert [file.name for file in walk(folder)] == ["a/1.FIT", "a/2.gpx", "a/b/3.tcx", "b.fit"]


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "none"))


def test_a_file_too_large_is_refused_when_read(folder: Path) -> None:
    file = next(walk(folder))
    assert not isinstance(file, Refusal)
    with pytest.raises(ImportFailure) as failure:
        file.read(Limits(max_file_bytes=3))
    assert failure.value.code is FailureCode.TOO_LARGE


def test_names_that_are_no_text_are_made_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"r\xffun.fit")
    try:
        (tmp_path / name).write_bytes(b"")
    except OSError:
        pytest.skip("this file system knows only names that are text")
    (file,) = walk(tmp_path)
    assert file.name == "r\ufffdun.fit"


def test_real_archives_are_read(watch_files: Path) -> None:
    samples = watch_files / "exports" / "thomaschampagne__elevate__samples.zip"
    assert {name: len(data) for name, data in every(samples)} == {
        "11111.fit": 56130,
        "22222.fit": 56130,
        "subfolder/33333.fit": 56130,
    }
