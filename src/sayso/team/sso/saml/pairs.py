"""Our own keys for SAML: RSA, with a certificate that nobody but us has signed; providers take it from our metadata."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sayso.team.sso.saml.sides import Pair

BITS = 3_072
LASTS_DAYS = 5 * 365


def made(host: str, *, now: datetime | None = None) -> Pair:
    """Takes a part of a second: call it in a thread."""
    key = rsa.generate_private_key(65_537, BITS)
    at = now or datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sayso at {host}"[:64])])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=LASTS_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(built.public_bytes(serialization.Encoding.PEM).decode(), private.decode())
