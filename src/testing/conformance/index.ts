export type { Capability } from "./clause.ts";
export type { CloudData, Deviation, Expectations, ReportedDigest } from "./expectations.ts";
export type { Field, Samples } from "./sampler.ts";
export { type Afterwards, type BackendFactory, backendConformance, type TestFunction } from "./suite.ts";
