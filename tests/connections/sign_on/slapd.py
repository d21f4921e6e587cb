"""A directory on loopback: OpenLDAP's slapd, as Debian packages it, with a folder of its own and TLS by a certificate made here."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

WHERE = "/usr/sbin:/usr/lib/openldap:/usr/local/libexec"
PROGRAM = shutil.which("slapd") or shutil.which("slapd", path=WHERE)
ADD = shutil.which("slapadd") or shutil.which("slapadd", path=WHERE)
START_SECONDS_MAX = 60
BASE = "dc=northlight,dc=example"
ANA, MIA, SERVICE = "pw-Ana-*)(ä", "pw-Mia-31", "pw-service-31"

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/pid
argsfile {folder}/args
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
TLSCACertificateFile {folder}/cert.pem
database mdb
maxsize 16777216
suffix "{base}"
rootdn "cn=admin,{base}"
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=sayso,{base}" read by users read by * none
"""
ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Northlight
dc: northlight

dn: cn=sayso,{BASE}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sayso
userPassword: {SERVICE}

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: uid=ana,ou=people,{BASE}
objectClass: inetOrgPerson
uid: ana
cn: Ana Prado
sn: Prado
mail: ana@northlight.example
userPassword: {ANA}

dn: uid=mia,ou=people,{BASE}
objectClass: inetOrgPerson
uid: mia
cn: Mia Lindqvist
sn: Lindqvist
mail: mia@northlight.example
userPassword: {MIA}

dn: cn=Support\\, North,ou=groups,{BASE}
objectClass: groupOfNames
cn: Support, North
member: uid=mia,ou=people,{BASE}

dn: cn=staff,ou=groups,{BASE}
objectClass: posixGroup
cn: staff
gidNumber: 100
memberUid: ana
memberUid: mia
"""


@dataclass(frozen=True)
class Slapd:
    port: int
    tls_port: int
    certificate: str

    def settings(self, **other: object) -> dict[str, object]:
        return {
            "host": "127.0.0.1", "port": self.port, "security": "starttls", "authority": self.certificate, "bind_dn": f"cn=sayso,{BASE}",
            "base": f"ou=people,{BASE}", "filter": "(&(objectClass=inetOrgPerson)(|(uid={name})(mail={name})))", "id": "entryUUID", "display": "cn",
            "mail": "mail", "group_filter": "(|(member={dn})(memberUid={uid}))", "group_base": f"ou=groups,{BASE}", "group_name": "cn", **other,
        }  # fmt: skip


@asynccontextmanager
async def slapd() -> AsyncIterator[Slapd]:
    assert PROGRAM and ADD
    folder = Path(tempfile.mkdtemp(prefix="slapd-"))
    (folder / "data").mkdir()
    certificate = _certificate(folder)
    port, tls_port = _free(), _free()
    (folder / "slapd.conf").write_text(CONFIG.format(folder=folder, base=BASE))
    await _run(ADD, "-f", str(folder / "slapd.conf"), "-l", "/dev/stdin", given=ENTRIES.encode())
    where = f"ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/"
    running = await asyncio.create_subprocess_exec(
        PROGRAM, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", where, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            while not _listens(port):
                assert running.returncode is None, "slapd did not start"
                await asyncio.sleep(0.02)
        yield Slapd(port, tls_port, certificate)
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        await running.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _run(program: str, *arguments: str, given: bytes) -> None:
    running = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await running.communicate(given)
    assert running.returncode == 0, said.decode()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _certificate(folder: Path) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    os.chmod(folder / "key.pem", 0o600)
    return pem.decode()
