"""Puts staged code and layers into a bucket and points the template at them, as `sam package` does."""

import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
LOCAL_URI = re.compile(r"\b(CodeUri|ContentUri): (\.\./\.build/\S+)")
OLDEST = (1980, 1, 1, 0, 0, 0)
"""Equal content makes equal archives."""


def packaged_template(s3: Any, bucket: str, template: Path = TEMPLATE) -> str:
    """The template's text with `s3://` addresses; the archives are uploaded."""

    def upload(found: re.Match[str]) -> str:
        folder = (template.parent / found[2]).resolve()
        return f"{found[1]}: s3://{bucket}/{_upload(s3, bucket, folder)}"

    return LOCAL_URI.sub(upload, template.read_text(encoding="utf-8"))


def _upload(s3: Any, bucket: str, folder: Path) -> str:
    digest = folder.with_name(f"{folder.name}.stamp").read_text()
    archive = folder.with_name(f"{folder.name}-{digest[:16]}.zip")
    if not archive.is_file():
        for old in folder.parent.glob(f"{folder.name}-*.zip"):
            old.unlink(missing_ok=True)
        _write_zip(folder, archive)
    s3.upload_file(str(archive), bucket, archive.name)
    return archive.name


def _write_zip(folder: Path, archive: Path) -> None:
    unfinished = archive.with_suffix(f".{os.getpid()}.part")  # two stacks may start at once
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), OLDEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, path.read_bytes())
    unfinished.rename(archive)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
