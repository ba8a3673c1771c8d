export type { DeliveryOptions } from "./check-imports.ts";
export type { SourceFacts } from "./content.ts";
export type { Delivery, DeliveryMethod } from "./delivery.ts";
export type { FanOutOptions, FanOutResult } from "./fan-out.ts";
export { type FormatOptions, formatPlan } from "./format.ts";
export type { PlanOptions } from "./make-plan.ts";
export {
  type Applicable,
  type AppliedImage,
  type ApplyOptions,
  type ApplyResult,
  type CacheOptions,
  ImageManager,
  type ImageManagerOptions,
  type SignalOptions,
} from "./manager.ts";
export type { Ownership } from "./ownership.ts";
export type { Action, OnReplace, Plan, PlannedSource, PlannedSpec } from "./plan.ts";
export { type ReconcileOptions, reconcile } from "./reconcile.ts";
export type { Verification } from "./verify.ts";
