import { z } from "zod";
import type { Backend } from "../backends/backend.ts";
import { issuesOf, SpecError, unknownKey } from "../model/index.ts";
import { MAX_CONNECTIONS } from "../transfer/url.ts";
import { ownershipSchema } from "./plan/ownership.ts";

const signal = z.custom<AbortSignal>(isSignal, "must be an AbortSignal").optional();
const positive = z.number().positive("must be more than 0").optional();
const CONNECTIONS = `must be an integer from 1 to ${MAX_CONNECTIONS}`;
const COUNT = "must be an integer of 1 or more";

/** What is checked where it is used: stores by the cloud's own, a source by its schema. */
const elsewhere = z.unknown().optional();

/** What takes options. */
type Call =
  | "ImageManager"
  | "plan()"
  | "apply()"
  | "applyTo()"
  | "destroy()"
  | "get()"
  | "list()"
  | "find()"
  | "download()"
  | "members()"
  | "setMemberStatus()"
  | "deactivate()"
  | "reactivate()";

/** What a timer can be set to, in milliseconds. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

const planning = {
  properties: ownershipSchema.optional(),
  tags: ownershipSchema.optional(),
  onReplace: z.enum(["create-first", "delete-first", "refuse"]).optional(),
  stores: elsewhere,
  allStoresMustSucceed: elsewhere,
  method: elsewhere,
  fallback: elsewhere,
  signal,
};

const reading = strict({ signal });

const SCHEMAS: Readonly<Record<Call, z.ZodType>> = {
  "plan()": strict({ ...planning, id: elsewhere }),
  "apply()": strict({
    ...planning,
    id: elsewhere,
    concurrency: z.union([z.int().min(1, COUNT), z.literal(Number.POSITIVE_INFINITY)], COUNT).optional(),
    source: elsewhere,
  }),
  "applyTo()": strict({
    ...planning,
    stallTimeoutMs: z
      .number()
      .positive("must be more than 0")
      .max(LONGEST_TIMEOUT_MS, `must be ${LONGEST_TIMEOUT_MS} at most`)
      .optional(),
  }),
  "destroy()": strict({ force: z.boolean().optional(), signal }),
  "get()": reading,
  "list()": reading,
  "find()": reading,
  "download()": reading,
  "members()": reading,
  "setMemberStatus()": reading,
  "deactivate()": reading,
  "reactivate()": reading,
  ImageManager: strict({
    statusTimeoutMs: positive,
    inspection: z.enum(["enforce", "off"]).optional(),
    cache: z
      .union(
        [z.boolean(), strict({ directory: z.string().min(1).optional(), maxBytes: positive })],
        "must be true, false or { directory, maxBytes }",
      )
      .optional(),
    connections: z.int(CONNECTIONS).min(1, CONNECTIONS).max(MAX_CONNECTIONS, CONNECTIONS).optional(),
    decompressLimits: strict({ maxBytes: positive, maxRatio: positive }).optional(),
  }),
};

/**
 * Checks the options of a call: one that is misspelt would be left out in silence.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue.
 */
export function checkOptions(call: Call, options: object): void {
  const result = SCHEMAS[call].safeParse(options);
  if (result.success) return;
  throw new SpecError(result.error.issues.flatMap(issuesOf), { subject: `The options of ${call}` });
}

/** @throws SpecError `ERR_SPEC_INVALID` for what is no backend, such as the promise of one. */
export function checkBackend(backend: Backend): void {
  const given: unknown = backend;
  const isObject = typeof given === "object" && given !== null;
  if (isObject && "list" in given && "get" in given) return;
  const message =
    isObject && "then" in given
      ? "must be a backend, not the promise of one: await it"
      : "must be a backend, such as await openstack(…)";
  throw new SpecError([{ path: ["backend"], message }], { subject: "The call of new ImageManager()" });
}

/** By what it can do: a test runner's realm has a class of its own. */
function isSignal(value: unknown): boolean {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}

function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, known)).join("; ")
        : undefined,
  });
}
