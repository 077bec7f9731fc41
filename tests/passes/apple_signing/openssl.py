"""Verification of passes as a phone does it, with the openssl command only.

Only the root is trusted: the intermediate has to come with the signature.
"""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


class Refused(Exception):
    """A pass that a phone would refuse, with the reason."""


def openssl(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run openssl in a folder."""
    return subprocess.run(
        ["openssl", *arguments], cwd=folder, text=True, capture_output=True, timeout=20, check=False
    )


def verify(data: bytes, root: x509.Certificate, folder: Path) -> dict[str, Any]:
    """Return the pass.json of a valid ``.pkpass``. Raises Refused."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    if len(names) != len(files):
        raise Refused("a name is there twice")
    manifest = json.loads(files["manifest.json"])
    there = {
        name: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for name, content in files.items()
        if name not in ("manifest.json", "signature")
    }
    if manifest != there:
        raise Refused("the manifest does not list just the files that are there")
    signer = verify_signature(files["manifest.json"], files["signature"], root, folder)
    content: dict[str, Any] = json.loads(files["pass.json"])
    for key, oid in (
        ("passTypeIdentifier", NameOID.USER_ID),
        ("teamIdentifier", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ):
        if [each.value for each in signer.subject.get_attributes_for_oid(oid)] != [content[key]]:
            raise Refused(f"{key} is not the certificate's")
    return content


def verify_signature(
    manifest: bytes, signature: bytes, root: x509.Certificate, folder: Path
) -> x509.Certificate:
    """Return the certificate that signed a manifest. Raises Refused."""
    (folder / "manifest.json").write_bytes(manifest)
    (folder / "signature").write_bytes(signature)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    done = openssl(
        "smime", "-verify", "-binary", "-inform", "DER", "-in", "signature",
        "-content", "manifest.json", "-CAfile", "root.pem", "-no-CApath", "-purpose", "any",
        "-signer", "signer.pem", "-out", "content",
        folder=folder,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refused(done.stderr)
    assert "Verification successful" in done.stderr
    assert (folder / "content").read_bytes() == manifest
    return x509.load_pem_x509_certificate((folder / "signer.pem").read_bytes())


def printed(signature: bytes, folder: Path) -> str:
    """Return what openssl prints about a signature."""
    (folder / "signature").write_bytes(signature)
    done = openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature", folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout
