import type { ImportOffer } from "../../backends/backend.ts";
import { SpecError, UnsupportedError } from "../../model/index.ts";
import { type Calls, callOptions } from "../context.ts";
import {
  checkDelivery,
  type Delivery,
  type DeliveryMethod,
  deliveryMethod,
  sendsData,
} from "../plan/delivery.ts";
import type { Plan } from "../plan/plan.ts";

const DELIVERY_OPTIONS = "The options of the delivery";

/** How a user may ask for a delivery: `"all"` is every store that the cloud has when the plan is made. */
export type DeliveryOptions = Omit<Delivery, "stores"> & {
  readonly stores?: readonly string[] | "all" | undefined;
};

/**
 * The names of all the stores that a user asks for.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for options that are wrong, and for a store that the cloud doesn't have.
 * @throws UnsupportedError `ERR_UNSUPPORTED` where there is one store, without a name.
 */
export async function resolveStores(
  calls: Calls,
  { stores, allStoresMustSucceed, method, fallback }: DeliveryOptions,
): Promise<Delivery["stores"]> {
  const rest = { allStoresMustSucceed, method, fallback };
  checkDelivery({ ...rest, stores: stores === "all" ? [stores] : stores }, DELIVERY_OPTIONS);
  if (stores === undefined) return undefined;
  const { stores: offered } = await offerOf(calls, "stores");
  if (offered === undefined) {
    // All of one store is the one that gets the data anyway.
    if (stores === "all" && allStoresMustSucceed !== false) return undefined;
    throw unsupported(calls, "stores", "this cloud has one store, without a name: leave stores out");
  }
  if (stores === "all") checkDelivery({ ...rest, stores: offered }, DELIVERY_OPTIONS);
  else checkStores(stores, offered);
  return stores === "all" ? offered : stores;
}

/**
 * Holds what a plan has the cloud do against what the cloud offers. Asks only where the plan needs to know.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` that names the field.
 */
export async function checkImports(calls: Calls, plan: Plan): Promise<void> {
  const { copies = [], stores } = plan;
  checkDelivery(copies.length > 0 ? { ...plan, stores: stores ?? copies } : plan, "The plan");
  if (copies.length > 0) await requireMethod(calls, "stores", "copy-image");
  const source = plan.desired?.source;
  if (source === undefined || !sendsData(plan)) return;
  const method = deliveryMethod(source, plan, calls.backend);
  switch (method) {
    case "upload":
      if (plan.stores !== undefined) await offerOf(calls, "stores");
      return;
    case "glance-direct":
      return requireMethod(calls, plan.method === undefined ? "stores" : "method", method);
    case "web-download":
      return plan.fallback === "client" ? undefined : requireMethod(calls, "source.webDownload", method);
    case "glance-download":
      return requireMethod(calls, "source.imageId", method);
    case "create-from":
      if (plan.stores === undefined) return;
      throw unsupported(
        calls,
        "stores",
        "the cloud makes the image where it keeps its images: leave stores out",
      );
    default:
      return method satisfies never;
  }
}

/**
 * Sees to it that the cloud offers an import method.
 *
 * @param field What asks for it.
 * @throws UnsupportedError `ERR_UNSUPPORTED` that names the field.
 */
export async function requireMethod(calls: Calls, field: string, method: ImportMethod): Promise<void> {
  const { methods } = await offerOf(calls, field);
  if (methods.includes(method)) return;
  const offered = methods.length === 0 ? "no import method" : methods.join(", ");
  throw unsupported(calls, field, `the cloud offers ${offered}, not ${method}; ${ALTERNATIVES[method]}`);
}

/** What a cloud may offer, or not. */
type ImportMethod = Exclude<DeliveryMethod, "upload" | "create-from">;

/** What to do where the cloud doesn't offer a method. */
const ALTERNATIVES: Readonly<Record<ImportMethod, string>> = {
  "web-download": 'use source.url, which this process fetches, or plan with fallback: "client"',
  "glance-download": "download the image with a manager of its own region, and use source.file",
  "glance-direct": "leave method out, and name one store at most",
  "copy-image": "leave stores out: the image stays in the stores that have it",
};

async function offerOf(calls: Calls, field: string): Promise<ImportOffer> {
  const { imports } = calls.backend;
  if (imports === undefined) throw unsupported(calls, field);
  return imports.offer(callOptions(calls));
}

function checkStores(stores: readonly string[], offered: readonly string[]): void {
  const issues = stores.flatMap((store, index) => {
    if (offered.includes(store)) return [];
    const message = `there is no store ${JSON.stringify(store)}; there are ${offered.join(", ")}`;
    return [{ path: ["stores", index], message }];
  });
  if (issues.length > 0) throw new SpecError(issues, { subject: DELIVERY_OPTIONS });
}

function unsupported({ backend }: Calls, capability: string, alternative = "leave it out"): UnsupportedError {
  return new UnsupportedError({ backend: backend.name, capability, alternative });
}
