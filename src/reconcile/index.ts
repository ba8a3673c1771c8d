export type { FanOutOptions, FanOutResult } from "./fan-out/fan-out.ts";
export type { Verification } from "./fill/verify.ts";
export type { DeliveryOptions } from "./make-plan/check-imports.ts";
export type { PlanOptions } from "./make-plan/make-plan.ts";
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
export type { SourceFacts } from "./plan/content.ts";
export type { Delivery, DeliveryMethod } from "./plan/delivery.ts";
export { type FormatOptions, formatPlan } from "./plan/format.ts";
export type { Ownership } from "./plan/ownership.ts";
export type { Action, OnReplace, Plan, PlannedSource, PlannedSpec } from "./plan/plan.ts";
export { type ReconcileOptions, reconcile } from "./plan/reconcile.ts";
