import type { Backend } from "../../src/backends/backend.ts";
import { type BackendWith, type Capability, has } from "../../src/testing/conformance/clause.ts";

/** What every backend can do that a test makes use of. */
type Common = Exclude<Capability, "imports">;

const COMMON: readonly Common[] = ["create", "upload", "download", "members", "deactivate", "reactivate"];

/** The backend, which has to have every capability but that of a server. */
export function complete(backend: Backend): BackendWith<Common> {
  if (!has(backend, COMMON)) throw new Error(`${backend.name} lacks a capability`);
  return backend;
}
