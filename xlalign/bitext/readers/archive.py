"""Files inside zip and tar archives. Nothing is ever unpacked to disk, and no name inside is ever used as a path.

A user writes `books.zip/Books.de-en.de`, as if the archive were a folder; inside the house such a file is a `Member`.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from xlalign.errors import DataError, shown

MAX_MEMBERS = 100_000
"""Files in an archive at most: names alone can fill the memory."""

MAX_EXPANDED = 1 << 25
MAX_RATIO = 500
"""Text does not compress better than this."""

_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, NotImplementedError, RuntimeError, EOFError, ValueError, IndexError,
    OverflowError, TypeError, struct.error, zlib.error,
)  # fmt: skip
"""What zipfile and tarfile raise for archives that a fuzzer made."""


class Member(NamedTuple):
    """A file inside an archive, by the name that the archive gives it (`../../x` and `/etc/passwd` are just names)."""

    archive: Path
    member: str

    @property
    def name(self) -> str:
        """The last part of the name."""
        return PurePosixPath(self.member).name

    @property
    def suffix(self) -> str:
        """The ending of the name, such as `.gz`."""
        return PurePosixPath(self.member).suffix

    def __str__(self) -> str:
        return f"{self.archive}/{shown(self.member)}"


Place = Path | Member
"""A file on disk, or one inside an archive."""


def archive_of(path: Path) -> Path | None:
    """The archive that a path leads into; None for an ordinary path."""
    return next((parent for parent in path.parents if parent.suffix in (".zip", ".tar") and parent.is_file()), None)


def members(archive: Path) -> list[str]:
    """The names of the files in an archive.

    Raises:
        DataError: it is missing or damaged, or holds too many files.
    """
    with _damage(archive):
        names: list[str] = []
        for name in _names(archive):
            names.append(name)
            if len(names) > MAX_MEMBERS:
                raise DataError(
                    f"{archive}: more than {MAX_MEMBERS:,} files", "name those that are wanted in one of fewer"
                )
        return names


def _names(archive: Path) -> Iterator[str]:
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as opened:
            yield from (name for name in opened.namelist() if name and not name.endswith("/"))
    else:
        with tarfile.open(archive, "r:") as tar:
            yield from (info.name for info in tar if info.isfile())


def member(archive: Path, ending: str) -> Member:
    """The only file in an archive whose name has this ending.

    Raises:
        DataError: there is none, or several.
    """
    names = members(archive)
    found = [name for name in names if name.endswith(ending)]
    if len(found) == 1:
        return Member(archive, found[0])
    listed = ", ".join(map(shown, names[:8])) + (" ..." if len(names) > 8 else "")
    raise DataError(f"{archive}: {len(found)} files ending in `{ending}`, wanted one; it has: {listed}")


def check_expansion(place: Place, size: int, compressed: int) -> None:
    """Refuse what no text is: a few bytes that become hundreds of megabytes.

    Raises:
        DataError: more than 32 MiB, of 500 times fewer bytes.
    """
    if size > MAX_EXPANDED and size > MAX_RATIO * max(compressed, 1):
        raise DataError(f"{place}: {compressed:,} bytes become {size / 1e6:,.0f} MB: this is no text", "fetch it again")


@contextmanager
def opened(place: Place) -> Iterator[IO[bytes]]:
    """Open a file, in an archive or not, for reading bytes."""
    with ExitStack() as stack:
        if isinstance(place, Path):
            archive = archive_of(place)
            if archive is None:
                yield stack.enter_context(place.open("rb"))
                return
            place = Member(archive, place.relative_to(archive).as_posix())
        stack.enter_context(_damage(place.archive))
        yield stack.enter_context(_open_member(place, stack))


def _open_member(place: Member, stack: ExitStack) -> IO[bytes]:
    if place.archive.suffix == ".zip":
        opened = stack.enter_context(zipfile.ZipFile(place.archive))
        info = opened.getinfo(place.member)
        check_expansion(place, info.file_size, info.compress_size)
        return opened.open(info)
    tar = stack.enter_context(tarfile.TarFile(place.archive))
    file = tar.extractfile(place.member)
    if file is None:
        raise DataError(f"{place}: not a file")
    return file


@contextmanager
def _damage(archive: Path) -> Iterator[None]:
    """Turn what zipfile and tarfile raise for damaged archives into one kind of error."""
    try:
        yield
    except KeyError as error:
        message = f"{archive}: no such file inside ({shown(str(error.args[0]))})"
        raise DataError(message, "see what it holds: unzip -l") from error
    except FileNotFoundError:
        raise DataError(f"{archive}: no such file", "check the path") from None
    except _DAMAGE as error:
        raise DataError(f"{archive}: damaged archive ({shown(str(error))})", "fetch the file again") from error
