import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { SpecError } from "../../model/index.ts";
import type { TlsSettings } from "../../network/exchange.ts";

export type { TlsSettings } from "../../network/exchange.ts";

/** Whom to trust, and who to be, as `clouds.yaml` says it: paths of PEM files. */
export interface TlsOptions {
  readonly verify?: boolean | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Reads the files that the options name. `undefined` where Node's own settings do. With `verify: false` there is
 * nobody to trust, and `cacert` isn't read. A `cert` without a `key` holds both.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names the option whose file can't be used.
 */
export async function readTls({ verify, cacert, cert, key }: TlsOptions): Promise<TlsSettings | undefined> {
  if (key !== undefined && cert === undefined)
    throw invalid("cert", "is missing: a key needs its certificate");
  const trust =
    verify === false
      ? { rejectUnauthorized: false }
      : { rejectUnauthorized: true, ...(cacert === undefined ? {} : { ca: await readAuthority(cacert) }) };
  if (cert !== undefined) return { ...trust, ...(await readIdentity(cert, key)) };
  return trust.rejectUnauthorized && !("ca" in trust) ? undefined : trust;
}

async function readAuthority(path: string): Promise<string> {
  const ca = await readPem("cacert", path);
  // Node takes what holds no certificate for no authority at all, and says nothing.
  check("cacert", path, () => new X509Certificate(ca));
  return ca;
}

async function readIdentity(
  certPath: string,
  keyPath: string | undefined,
): Promise<{ readonly cert: string; readonly key: string }> {
  const cert = await readPem("cert", certPath);
  check("cert", certPath, () => createSecureContext({ cert }));
  if (keyPath === undefined) {
    check("cert", certPath, () => createSecureContext({ cert, key: cert }));
    return { cert, key: cert };
  }
  const key = await readPem("key", keyPath);
  check("key", keyPath, () => createSecureContext({ cert, key }));
  return { cert, key };
}

async function readPem(option: keyof TlsOptions, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    throw invalid(option, `${path} can't be read${code}`, error);
  }
}

function check(option: keyof TlsOptions, path: string, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    const found = error instanceof Error ? `: ${error.message}` : "";
    const what = option === "key" ? "the key of cert" : "a certificate";
    const lacks = option === "cert" ? ", with its key where key is not given," : "";
    throw invalid(option, `${path} doesn't hold ${what}${lacks} in PEM${found}`);
  }
}

function invalid(option: keyof TlsOptions, message: string, cause?: unknown): SpecError {
  return new SpecError([{ path: [option], message }], { subject: "The TLS configuration", cause });
}
