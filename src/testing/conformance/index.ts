export type { Capability } from "./clause.ts";
export type { Deviation, Expectations, ReportedDigest } from "./expectations.ts";
export { type Afterwards, type BackendFactory, backendConformance, type TestFunction } from "./suite.ts";
