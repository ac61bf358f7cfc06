r"""Lines of plain or compressed text, split on "\n" only: U+2028 or U+0085 inside a line would shift a bitext."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from xlalign.bitext.readers.archive import Place, check_expansion, opened
from xlalign.errors import DataError

BLOCK_BYTES = 1 << 18
MAX_LINE_BYTES = 1 << 24
ZST_INPUT_BYTES = 1 << 10
"""Fed at a time: four bytes of a bomb can become 128 KiB, so these become 32 MiB at most."""

MAX_WINDOW_BYTES = 1 << 27
"""What a decompressor may look back on and so has in memory: 128 MiB, as the zstd command allows."""

MAX_XZ_MEMORY = 1 << 28

_STREAMS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
}
COMPRESSIONS = (*_STREAMS, ".xz", ".zst")


def stem_and_format(path: Path) -> tuple[str, str]:
    """The name without its compression and format endings, and the format ending (`a.en.tsv.xz` -> `a.en`, `tsv`)."""
    name = path.name.removesuffix(path.suffix) if path.suffix in COMPRESSIONS else path.name
    stem, _, ending = name.rpartition(".")
    return (stem, ending.lower()) if stem else (name, "")


def blocks(path: Place) -> Iterator[bytes]:
    """The content in blocks of bytes, decompressed by the ending of the name (gz, bz2, xz, zst).

    The path may lead into a zip or tar archive.

    Raises:
        DataError: the file is missing or unreadable, or its compression is damaged or cut short.
    """
    try:
        with opened(path) as file:
            size = 0
            for block in _decompressed(file, path.suffix):
                size += len(block)
                check_expansion(path, size, file.tell())
                yield block
    except FileNotFoundError:
        raise DataError(f"{path}: no such file", "check the path; relative paths start where you run xlalign") from None
    except (EOFError, lzma.LZMAError, zlib.error, OSError, ValueError, MemoryError) as error:
        if getattr(error, "errno", None):
            raise DataError(f"{path}: cannot read ({error})") from error
        message = f"{path}: damaged or incomplete {path.suffix} file ({error})"
        raise DataError(message, "fetch the file again") from error


def _decompressed(file: IO[bytes], suffix: str) -> Iterator[bytes]:
    if suffix in (".zst", ".xz"):
        yield from (_zst_blocks if suffix == ".zst" else _xz_blocks)(file)
        return
    stream = _STREAMS[suffix](file) if suffix in _STREAMS else file
    while block := stream.read(BLOCK_BYTES):
        yield block


def _zst_blocks(file: IO[bytes]) -> Iterator[bytes]:
    from zstandard import ZstdDecompressor, ZstdError

    frame = None
    while data := file.read(ZST_INPUT_BYTES):
        while data:
            frame = frame or ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
            try:
                found = frame.decompress(data)
            except ZstdError as error:
                raise EOFError(str(error)) from error
            yield from (found[start : start + BLOCK_BYTES] for start in range(0, len(found), BLOCK_BYTES))
            data, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError("the last frame is cut short")


def _xz_blocks(file: IO[bytes]) -> Iterator[bytes]:
    stream = None
    while data := file.read(BLOCK_BYTES):
        while data or not (stream is None or stream.needs_input or stream.eof):
            stream = stream or lzma.LZMADecompressor(memlimit=MAX_XZ_MEMORY)
            yield stream.decompress(data, BLOCK_BYTES)
            data = b""
            if stream.eof:
                data, stream = stream.unused_data.lstrip(b"\0"), None  # streams may be padded with zeros
    if stream is not None:
        raise EOFError("the last stream is cut short")


def lines(path: Place) -> Iterator[str]:
    r"""The lines of a UTF-8 text without their ends (`\n` or `\r\n`) and without a byte order mark.

    Raises:
        DataError: as `blocks`; not UTF-8 (with line and byte); or a line longer than 16 MiB.
    """
    done = 0
    for block in _whole_lines(path):
        try:
            text = block.decode()
        except UnicodeDecodeError as error:
            raise _not_utf8(path, block, error, done) from None
        found = text.split("\n")
        if "\r" in text:
            found = [line.removesuffix("\r") for line in found]
        if not done:
            found[0] = found[0].removeprefix("\ufeff")
        done += len(found)
        yield from found


def _whole_lines(path: Place) -> Iterator[bytes]:
    """Blocks that end where a line ends, without the last line end."""
    rest, size = list[bytes](), 0
    for block in blocks(path):
        head, newline, tail = block.rpartition(b"\n")
        if newline:
            yield b"".join([*rest, head])
            rest, size = [], 0
        rest.append(tail)
        size += len(tail)
        if size > MAX_LINE_BYTES:
            raise DataError(f"{path}: a line of more than {MAX_LINE_BYTES >> 20} MiB", "is this a text file?")
    if size:
        yield b"".join(rest)


def _not_utf8(path: Place, block: bytes, error: UnicodeDecodeError, done: int) -> DataError:
    line = done + block.count(b"\n", 0, error.start) + 1
    column = error.start - block.rfind(b"\n", 0, error.start)
    utf16 = not done and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "UTF-16" if utf16 else "LATIN1"
    found = f"byte 0x{block[error.start]:02x} at position {column}"
    return DataError(f"{path}:{line}: not UTF-8 ({found})", f"convert it: iconv -f {encoding} -t UTF-8 {path.name}")
