"""Files inside zip and tar archives, addressed as if the archive were a folder: `books.zip/Books.de-en.de`.

Nothing is ever unpacked to disk, so the names inside can do no harm.
"""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from xlalign.errors import DataError

_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, NotImplementedError, RuntimeError, EOFError, ValueError, IndexError,
    OverflowError, struct.error, zlib.error,
)  # fmt: skip
"""What zipfile and tarfile raise for archives that a fuzzer made."""


def archive_of(path: Path) -> Path | None:
    """The archive that a path leads into; None for an ordinary path."""
    return next((parent for parent in path.parents if parent.suffix in (".zip", ".tar") and parent.is_file()), None)


def members(archive: Path) -> list[str]:
    """The names of the files in an archive.

    Raises:
        DataError: it is missing or damaged.
    """
    with _damage(archive):
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as opened:
                return [name for name in opened.namelist() if name and not name.endswith("/")]
        with tarfile.open(archive) as tar:
            return [info.name for info in tar if info.isfile()]


def member(archive: Path, ending: str) -> Path:
    """The path of the only file in an archive whose name has this ending.

    Raises:
        DataError: there is none, or several.
    """
    names = members(archive)
    found = [name for name in names if name.endswith(ending)]
    if len(found) == 1:
        return archive / found[0]
    listed = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
    raise DataError(f"{archive}: {len(found)} files ending in `{ending}`, wanted one; it has: {listed}")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, in an archive or not, for reading bytes."""
    archive = archive_of(path)
    with ExitStack() as stack:
        if archive is None:
            yield stack.enter_context(path.open("rb"))
            return
        stack.enter_context(_damage(archive))
        yield stack.enter_context(_open_member(archive, path.relative_to(archive).as_posix(), stack))


def _open_member(archive: Path, name: str, stack: ExitStack) -> IO[bytes]:
    if archive.suffix == ".zip":
        return stack.enter_context(zipfile.ZipFile(archive)).open(name)
    tar = stack.enter_context(tarfile.TarFile(archive))
    file = tar.extractfile(name)
    if file is None:
        raise DataError(f"{archive}: `{name}` is not a file")
    return file


@contextmanager
def _damage(archive: Path) -> Iterator[None]:
    """Turn what zipfile and tarfile raise for damaged archives into one kind of error."""
    try:
        yield
    except KeyError as error:
        raise DataError(f"{archive}: no such file inside ({error.args[0]})", "see what it holds: unzip -l") from error
    except FileNotFoundError:
        raise DataError(f"{archive}: no such file", "check the path") from None
    except _DAMAGE as error:
        raise DataError(f"{archive}: damaged archive ({error})", "fetch the file again") from error
