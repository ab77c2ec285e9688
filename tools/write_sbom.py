"""Write the bill of materials of the service: every locked package, and the model that it ships.

python -m tools.write_sbom FILE

CycloneDX 1.6 (ECMA-424). The same locks give the same bytes: no time of day is in it.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from index.encoders.minilm import PACKAGE, SHA256, VERSION
from tools.locked import ROOT, SERVICE, Pin, pins

USAGE = "usage: python -m tools.write_sbom FILE"


def sbom() -> str:
    """Return the bill as JSON."""
    root = _service()
    parts = [*map(_package, pins(*SERVICE)), *_model()]
    bom = Bom(components=parts, metadata=BomMetaData(component=root))
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the specification lets it be absent
    bom.register_dependency(root, parts)
    told = "".join((ROOT / file).read_text(encoding="utf-8") for file in SERVICE)
    bom.serial_number = uuid5(NAMESPACE_URL, told)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def main() -> None:
    """Write the bill to the file that is named."""
    if len(sys.argv) != 2:
        sys.exit(USAGE)
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sbom(), encoding="utf-8")


def _service() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        description=project["description"],
        bom_ref=project["name"],
    )


def _package(pin: Pin) -> Component:
    """Describe a package; its hashes are those of the files that may be installed of it."""
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"https://pypi.org/project/{pin.name}/{pin.version}/"),
        hashes=map(_sha256, pin.hashes),
    )
    url = PackageURL("pypi", name=pin.name, version=pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        purl=url,
        bom_ref=url.to_string(),
        external_references=[files],
    )


def _model() -> Iterator[Component]:
    """Describe the files of the default encoder, which are checked when it is opened."""
    for file, digest in SHA256.items():
        yield Component(
            type=ComponentType.MACHINE_LEARNING_MODEL,
            name=f"{PACKAGE}/{file}",
            version=VERSION,
            bom_ref=f"{PACKAGE}/{file}",
            hashes=[_sha256(digest)],
        )


def _sha256(digest: str) -> HashType:
    return HashType(alg=HashAlgorithm.SHA_256, content=digest)


if __name__ == "__main__":
    main()
