"""Is a volume file all there, and nothing else? ITK fills what is cut off or damaged with zeros and says nothing."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path

import SimpleITK as sitk  # noqa: N813  the name its own documentation gives it

from ai.scan.text_headers import text_header

CHUNK_BYTES = 1 << 20
MOST_PACKED = 1032
"""No byte of a deflated stream unpacks to more."""
NEVER = 1 << 62
"""More bytes than any file holds: its header is damaged."""
_NIFTI_HEADER_BYTES = 348
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


@dataclass(frozen=True)
class Payload:
    """Where a volume's voxels lie, and how many bytes they must be."""

    path: Path
    start: int
    packed: bool
    wanted_bytes: int

    def can_be_there(self) -> bool:
        """Tell, without unpacking, whether the file is long enough; asked before memory is taken."""
        there = self.path.stat().st_size - self.start
        return self.wanted_bytes <= (there * MOST_PACKED if self.packed else there)

    def surplus_bytes(self) -> int:
        """Return how many bytes there are too many; negative where the voxels are cut off or damaged."""
        if not self.packed:
            return self.path.stat().st_size - self.start - self.wanted_bytes
        return self._unpacked_bytes() - self.wanted_bytes

    def _unpacked_bytes(self) -> int:
        """Unpack it all, which also compares its check sum; return how many bytes there are, -1 if they are damaged."""
        unpacker, there = zlib.decompressobj(_GZIP_OR_ZLIB), 0
        with self.path.open("rb") as file:
            file.seek(self.start)
            try:
                while chunk := file.read(CHUNK_BYTES):
                    there += len(unpacker.decompress(chunk))
                    while unpacker.unused_data:  # gzip may be packed in blocks, one after the other
                        rest, unpacker = unpacker.unused_data, zlib.decompressobj(_GZIP_OR_ZLIB)
                        there += len(unpacker.decompress(rest))
            except zlib.error:
                return -1
        return there if unpacker.eof else -1


def payload_of(path: Path, reader: sitk.ImageFileReader) -> Payload | None:
    """Find the voxels; None where they are packed in a way that is left to ITK.

    Args:
        path: the volume file.
        reader: has read the file's header.

    Raises:
        OSError: the file, or the one that holds its voxels, cannot be read.
    """
    count, name = math.prod(reader.GetSize()), path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        start = int(float(reader.GetMetaData("vox_offset")))
        if start < _NIFTI_HEADER_BYTES:
            return Payload(path, 0, False, NEVER)
        packed, voxels = name.endswith(".gz"), count * int(reader.GetMetaData("bitpix")) // 8
        return Payload(path, 0 if packed else start, packed, voxels + (start if packed else 0))
    sample_bytes = sitk.Image([1, 1, 1], reader.GetPixelID()).GetSizeOfPixelComponent()
    return _text_payload(path, count * int(sample_bytes))


def _text_payload(path: Path, voxels: int) -> Payload | None:
    header = text_header(path)
    if header.is_nrrd:
        encoding = header.fields.get("encoding", "").lower()
        detached = header.fields.get("data file") or header.fields.get("datafile")
        packed, plain = encoding in ("gzip", "gz"), encoding == "raw"
        plain = plain and not {"byte skip", "line skip", "byteskip", "lineskip"} & set(header.fields)
    else:
        detached = header.fields.get("elementdatafile", "LOCAL")
        detached = None if detached.upper() == "LOCAL" else detached
        packed = header.fields.get("compresseddata", "").lower() in ("true", "1")
        plain = not packed and header.fields.get("binarydata", "").lower() not in ("false", "0")
        plain = plain and "headersize" not in header.fields
    if not (packed or plain) or (detached is not None and (" " in detached or "%" in detached)):
        return None
    place, start = (path, header.end) if detached is None else (path.parent / detached, 0)
    if packed and not header.is_nrrd and header.fields.get("compresseddatasize") != str(place.stat().st_size - start):
        return Payload(place, start, packed, NEVER)  # ITK believes this number and shows anything where it is wrong
    return Payload(place, start, packed, voxels)
