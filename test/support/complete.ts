import type { Backend } from "../../src/backends/backend.ts";
import {
  type BackendWith,
  CAPABILITIES,
  type Capability,
  has,
} from "../../src/testing/conformance/clause.ts";

/** The backend, which has to have every capability. */
export function complete(backend: Backend): BackendWith<Capability> {
  if (!has(backend, CAPABILITIES)) throw new Error(`${backend.name} lacks a capability`);
  return backend;
}
