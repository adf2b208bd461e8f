"""The command line."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from .chain import Witness
from .errors import Malformed, Refused
from .restore import restore
from .vault import Repository, Vault

REFUSED = 1


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the result goes to standard output, findings to standard error."""
    options = _parser().parse_args(arguments)
    try:
        repository = Repository(options.cloud, options.repository, options.witness)
    except (Malformed, Refused) as error:
        return _refuse(error)
    try:
        result = options.run(repository, options)
    except (Malformed, Refused, OSError) as error:
        _print_findings(repository)
        return _refuse(error)
    _print_findings(repository)
    print(json.dumps(result, indent=2, ensure_ascii=False))
    return 0


def _refuse(error: Exception) -> int:
    print(f"refused: {error}", file=sys.stderr)
    return REFUSED


def _print_findings(repository: Repository) -> None:
    for line in repository.report.lines():
        print(line, file=sys.stderr)


def _restore(repository: Repository, options: argparse.Namespace) -> dict[str, Any]:
    vault = Vault(repository, options.custodian, options.session)
    return {"sequence": vault.head.sequence, "sha256": restore(vault, options.to, options.source)}


def _inspect(repository: Repository, options: argparse.Namespace) -> dict[str, Any]:
    summary = _describe(repository)
    if options.custodian:
        vault = Vault(repository, options.custodian, options.session)
        vault.check_clouds()
        summary |= _contents(vault)
    summary["damaged_clouds"] = sorted(repository.report.damage)
    return summary


def _describe(repository: Repository) -> dict[str, Any]:
    head, descriptor = repository.head, repository.descriptor
    return {
        "fingerprint": repository.found.fingerprint.hex(),
        "need": descriptor.need,
        "clouds": descriptor.clouds,
        "custodians_needed": descriptor.master.threshold,
        "custodians": descriptor.master.custodians,
        "generation": head.generation,
        "sequence": head.sequence,
        "witness": f"{head.sequence}:{repository.heads[head.sequence].hash.hex()}",
        "created": head.created.isoformat(),
        "expires": head.expires.isoformat(),
    }


def _contents(vault: Vault) -> dict[str, Any]:
    return {
        "taken_at": vault.root.taken_at.isoformat(),
        "packs": len(vault.catalogue.packs),
        "sources": [
            {
                "name": source.name,
                "kind": source.kind,
                "rows": source.rows,
                "files": {file.path: file.size for file in vault.source(source).files},
            }
            for source in vault.root.sources
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lifeboat_vault", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("restore", help="write the newest restore point's files")
    _add_common(command, custodian_required=True)
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help="a new or empty folder")
    command.add_argument("--source", metavar="NAME", help="only this source")
    command.set_defaults(run=_restore)
    command = commands.add_parser("inspect", help="verify a vault; with custodians, also what it holds")
    _add_common(command, custodian_required=False)
    command.set_defaults(run=_inspect)
    return parser


def _add_common(command: argparse.ArgumentParser, custodian_required: bool) -> None:
    command.add_argument(
        "--cloud", type=Path, nargs="+", action="extend", required=True, metavar="DIR", help="folders of clouds"
    )
    command.add_argument(
        "--custodian", type=Path, nargs="+", action="extend", default=None, required=custodian_required,
        metavar="FILE", help="custodians' share files",
    )  # fmt: skip
    command.add_argument("--session", type=Path, metavar="FILE", help="the key that opens contributions")
    command.add_argument("--repository", type=_fingerprint, metavar="FINGERPRINT", help="accept only this repository")
    command.add_argument(
        "--witness", type=_witness, metavar="SEQUENCE:HASH", help="accept nothing older than this restore point"
    )


def _fingerprint(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("a fingerprint is 64 lower-case hex digits")
    return bytes.fromhex(text)


def _witness(text: str) -> Witness:
    match = re.fullmatch(r"([1-9]\d{0,9}):([0-9a-f]{64})", text)
    if not match:
        raise argparse.ArgumentTypeError("a witness is a sequence, a colon and 64 lower-case hex digits")
    return Witness(int(match[1]), bytes.fromhex(match[2]))
