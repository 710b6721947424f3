// Certificates: whom a connection trusts, what it presents, and what is wrong with either. Knows no server.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";

/** PEM texts. */
export interface Certificates {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What TLS is made of. Our own authorities stand beside those of Node.js, NODE_EXTRA_CA_CERTS and the system's if it uses them. */
export function secureContextOf({ ca, cert, key }: Certificates): SecureContext {
  return createSecureContext({
    ...(ca === undefined ? {} : { ca: [...getCACertificates("default"), ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}

/** A text that cannot be used, and why. */
export interface CertificateFault {
  readonly which: keyof Certificates;
  readonly reason: string;
}

/** What is wrong with certificates, before anything is sent. */
export function faultsIn({ ca, cert, key }: Certificates): CertificateFault[] {
  const faults: CertificateFault[] = [];
  const add = (which: keyof Certificates, reason: string | undefined) => {
    if (reason !== undefined) faults.push({ which, reason });
  };
  add("ca", ca === undefined ? undefined : certificateFault(ca));
  add("cert", cert === undefined ? undefined : certificateFault(cert));
  add("key", key === undefined ? undefined : keyFault(key));
  if (faults.length === 0 && cert !== undefined && key !== undefined) {
    const matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!matches) faults.push({ which: "key", reason: "is not the key of hydra:clientCertificate" });
  }
  return faults;
}

function certificateFault(pem: string): string | undefined {
  const found = pem.match(
    /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (X509 |TRUSTED )?CERTIFICATE-----/g,
  );
  if (found === null) return "holds no certificate (-----BEGIN CERTIFICATE-----)";
  try {
    for (const one of found) new X509Certificate(one);
    return undefined;
  } catch {
    return "holds a certificate that cannot be read; is it whole?";
  }
}

function keyFault(pem: string): string | undefined {
  if (/ENCRYPTED/.test(pem)) return "is encrypted; decrypt it first: `openssl pkey -in client.key`";
  try {
    createPrivateKey(pem);
    return undefined;
  } catch {
    return "holds no private key that can be read; is it whole?";
  }
}
