export { formatPlan, type FormatOptions } from "./format.ts";
export {
  type Applicable,
  type AppliedImage,
  type ApplyOptions,
  type ApplyResult,
  ImageManager,
  type ImageManagerOptions,
  type SignalOptions,
} from "./manager.ts";
export type { PlanOptions } from "./make-plan.ts";
export type { Ownership } from "./ownership.ts";
export type { Action, OnReplace, Plan, PlannedSource, PlannedSpec } from "./plan.ts";
export { reconcile, type ReconcileOptions } from "./reconcile.ts";
export type { SourceFacts } from "./content.ts";
export type { Verification } from "./verify.ts";
