import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A certificate and its key: in files, as `clouds.yaml` names them, and as text. */
export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for one test, with its certificates for a server on this machine and for a client. */
export interface Authority {
  readonly ca: Certificate;
  readonly server: Certificate;
  readonly client: Certificate;
  /** Of a server whose name is another than the one it is reached by. */
  readonly stranger: Certificate;
  /** For other files of the test. */
  readonly folder: string;
}

/** Makes an authority with the `openssl` of the machine. */
export function authority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "imagewright-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const openssl = (...parameters: readonly string[]): void => {
    execFileSync("openssl", parameters, { cwd: folder, stdio: "pipe" });
  };
  const request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(...request, "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem");
  const signed = (name: string, subjectAltName: string): Certificate => {
    openssl(...request, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${subjectAltName}\n`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...by, "-extfile", `${name}.ext`, "-out", `${name}.pem`);
    return certificate(folder, name);
  };
  return {
    folder,
    ca: certificate(folder, "ca"),
    server: signed("server", "IP:127.0.0.1"),
    client: signed("client", "email:ada@cloud.example"),
    stranger: signed("stranger", "DNS:other.example"),
  };
}

function certificate(folder: string, name: string): Certificate {
  const certPath = join(folder, `${name}.pem`);
  const keyPath = join(folder, `${name}.key`);
  return { certPath, keyPath, cert: readFileSync(certPath, "utf8"), key: readFileSync(keyPath, "utf8") };
}
