"""Throw-away certificates for an AWS on this machine that is reached by TLS: a root, one in between, and a server's.

They are of the kind and number that AWS's own endpoints show (RSA of 2048 bits, three of them), so that a handshake
takes as long as one there.
"""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where they are, as PEM."""

    root: Path
    """What a client must trust."""
    chain: Path
    """The server's own and the one in between, with the server's private key."""

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        """New ones in `folder`, for 127.0.0.1, good for a day."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder / "root.pem", folder / "server.pem")
        keys = [generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
        names = [_name(each) for each in ("Root", "In between", "127.0.0.1")]
        root = _certificate(names[0], keys[0], names[0], keys[0], is_authority=True)
        between = _certificate(names[1], keys[1], names[0], keys[0], is_authority=True)
        server = _certificate(names[2], keys[2], names[1], keys[1], is_authority=False)
        key = keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made.root.write_bytes(root.public_bytes(Encoding.PEM))
        made.chain.write_bytes(server.public_bytes(Encoding.PEM) + between.public_bytes(Encoding.PEM) + key)
        return made

    def context(self) -> ssl.SSLContext:
        """What a server of these needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain)
        return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    name: x509.Name, key: RSAPrivateKey, issuer: x509.Name, issuers_key: RSAPrivateKey, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    issuers = x509.SubjectKeyIdentifier.from_public_key(issuers_key.public_key())
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=not is_authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuers),
            critical=False,
        )
    )
    if not is_authority:
        builder = builder.add_extension(address, critical=False)
    return builder.sign(issuers_key, SHA256())
