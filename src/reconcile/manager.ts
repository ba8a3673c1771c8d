import { inspect } from "node:util";
import { EventEmitter } from "eventemitter3";
import pLimit from "p-limit";
import type { Backend } from "../backends/backend.ts";
import {
  type AnyImagewrightError,
  type Image,
  type ImageEvents,
  type ImageMember,
  type ImageQuery,
  type ImageSpec,
  type ImageSpecInput,
  issuesOf,
  type MemberStatus,
  parseSpec,
  type Source,
  SourceSchema,
  SpecError,
} from "../model/index.ts";
import type { Cache } from "../transfer/cache/cache.ts";
import { platformCacheDirectory } from "../transfer/cache/directory.ts";
import type { DecompressLimits } from "../transfer/decompress/limits.ts";
import { type DigestMemory, digestMemory } from "../transfer/digest-memory.ts";
import { setActivation } from "./apply/activation.ts";
import { type Applied, applyPlan, deleteImage, leaveInPlace } from "./apply/apply.ts";
import { hasMoved } from "./apply/moved.ts";
import { runBatch } from "./batch.ts";
import { checkBackend, checkOptions } from "./check-options.ts";
import { type Calls, type Context, callOptions, type Emit, type InspectionMode } from "./context.ts";
import { downloadImage } from "./download.ts";
import { checkTargets, type FanOutOptions, type FanOutResult, fanOut } from "./fan-out/fan-out.ts";
import { openPass } from "./fill/fill.ts";
import type { Verification } from "./fill/verify.ts";
import { type KeyedLock, lockOf } from "./lock.ts";
import { checkId, findImage, listImages } from "./lookup/find.ts";
import { lookupByRequest, lookupInListing } from "./lookup/lookup.ts";
import { makePlan, type Planned, type PlanOptions } from "./make-plan/make-plan.ts";
import { checkPlanShape } from "./make-plan/plan-shape.ts";
import { checkSupported } from "./make-plan/supported.ts";
import type { DeliveryMethod } from "./plan/delivery.ts";
import type { Plan } from "./plan/plan.ts";
import { answerSharing, listMembers } from "./sharing.ts";

/** How many specs are looked up at the same time. */
const PLANNING_CONCURRENCY = 4;

/** From how many specs on one listing of the project's images is less than a request for each name. */
const LISTING_PAYS_FROM = 5;

/** How often a spec is planned for at most, when others change its image meanwhile. */
const MAX_PLANS = 5;

/** Room for a good number of images, and not for all that ever were. */
const DEFAULT_CACHE_BYTES = 20 * 1024 ** 3;

/** Options of {@link ImageManager}. */
export interface ImageManagerOptions {
  /** How long an image may take from one status to the next, in milliseconds. Default: 1,800,000 (30 minutes). */
  readonly statusTimeoutMs?: number | undefined;
  /**
   * Whether image data is looked into before it is sent. `"enforce"`: data of another format than `diskFormat` says,
   * and data that a cloud had better not open, such as a qcow2 with a backing file, is refused with
   * `ERR_FORMAT_MISMATCH` and `ERR_FORMAT_UNSAFE`, and a disk larger than `minDiskGb` with `ERR_SPEC_INVALID`. Only
   * where `containerFormat` is `bare`. `"off"`: data is sent as it is. Default: `"enforce"`, as in Glance since 2025.1.
   */
  readonly inspection?: "enforce" | "off" | undefined;
  /**
   * Where the downloads of URL sources are kept that name no `cachePath` of their own; `false` streams them straight
   * through. Default: `true`, the platform's folder for caches, such as `~/.cache/imagewright/downloads`, up to
   * 20 GiB.
   */
  readonly cache?: boolean | CacheOptions | undefined;
  /**
   * Over how many connections the download of a large URL source may come, 1 to 8. It begins with one; there are more
   * only where the server knows of ranges, is what makes the download slow, and each further one makes it faster. They
   * take up to 24 MiB of memory together. Default: 4; 1 is one at any rate.
   */
  readonly connections?: number | undefined;
  /** How much may come out of a source that is decompressed. Default: 1 TiB, and 10,000 times the source. */
  readonly decompressLimits?: DecompressLimits | undefined;
}

/** Where downloads are kept, and how much of them. */
export interface CacheOptions {
  /** Default: the platform's folder for caches. */
  readonly directory?: string | undefined;
  /** Those that were not used for the longest make room for others, in bytes. Default: 20 GiB. */
  readonly maxBytes?: number | undefined;
}

/** Options of `ImageManager.apply`. Those of `plan` are for specs; a plan was made with its own. */
export interface ApplyOptions extends PlanOptions {
  /** How many images are worked on at the same time. Default: 4. */
  readonly concurrency?: number | undefined;
  /** The source once more, for one plan that had to leave a secret or a function out. */
  readonly source?: Source | string | undefined;
}

/** What an apply came to. */
export interface ApplyResult {
  /** The image as it is now; absent after a deletion. */
  readonly image: Image | undefined;
  readonly plan: Plan;
  readonly verification: Verification;
  /** How the data went in; absent when none was sent. */
  readonly method?: DeliveryMethod | undefined;
  /** Why the cloud did not bring the data in by itself, where the plan let this process do it then. */
  readonly fallbackReason?: AnyImagewrightError | undefined;
  /** The stores that don't have the data, where not all had to succeed. */
  readonly failedStores?: readonly string[] | undefined;
}

/** An {@link ApplyResult} of a plan that leaves an image behind. */
export type AppliedImage = ApplyResult & { readonly image: Image };

/** What `apply` takes. */
export type Applicable = Plan | ImageSpecInput;

/** Options of calls that only read. */
export interface SignalOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps the images of a backend as specs declare them. Tells of its work by events, see {@link ImageEvents}; a
 * listener that throws breaks nothing.
 */
export class ImageManager extends EventEmitter<ImageEvents> {
  readonly #backend: Backend;
  readonly #options: ImageManagerOptions;
  readonly #statusTimeoutMs: number;
  readonly #inspection: InspectionMode;
  readonly #decompressLimits: DecompressLimits | undefined;
  readonly #lock: KeyedLock;
  #digests: DigestMemory = digestMemory();
  readonly #cache: (() => Promise<Cache>) | undefined;
  /** The whole sources of plans made here: the plans themselves hold no secret and no function. */
  readonly #sources = new WeakMap<Plan, Source>();
  #tell: Emit = (name, event) => {
    this.emit(name, ...([event] as EventEmitter.EventArgs<ImageEvents, typeof name>));
  };
  #join: Context["join"];

  constructor(backend: Backend, options: ImageManagerOptions = {}) {
    super();
    checkBackend(backend);
    checkOptions("ImageManager", options);
    this.#backend = backend;
    this.#options = options;
    this.#lock = lockOf(backend);
    this.#statusTimeoutMs = options.statusTimeoutMs ?? 30 * 60_000;
    this.#cache = cacheOf(options.cache ?? true);
    this.#inspection = options.inspection ?? "enforce";
    this.#decompressLimits = options.decompressLimits;
  }

  /**
   * Plans how to get to a spec, or to several. Reads only.
   *
   * @throws SpecError `ERR_SPEC_INVALID` with every issue; nothing was sent.
   * @throws UnsupportedError `ERR_UNSUPPORTED` for what this backend can't do.
   * @throws ImageStateError `ERR_IMAGE_AMBIGUOUS` when several images have the name.
   */
  plan(spec: ImageSpecInput, options?: PlanOptions): Promise<Plan>;
  plan(specs: readonly ImageSpecInput[], options?: PlanOptions): Promise<Plan[]>;
  async plan(
    input: ImageSpecInput | readonly ImageSpecInput[],
    options: PlanOptions = {},
  ): Promise<Plan | Plan[]> {
    checkOptions("plan()", options);
    if (!isList(input)) return (await this.#plan(input, options)).plan;
    if (input.length > 1) checkForOne("plan()", options);
    return (await this.#planAll(input, options)).map(({ plan }) => plan);
  }

  /**
   * Does what a plan holds, or plans for a spec and does that; several at once are worked on side by side. A spec
   * is planned for again when another process changes the image meanwhile, at most five times in all.
   *
   * @throws SpecError `ERR_SPEC_INVALID` for a spec that is wrong, a plan that is none, and options that nobody knows
   *   or that don't go with what is given; nothing was sent.
   * @throws PlanError `ERR_PLAN_STALE` when the image isn't what the plan was made for, or another process came first.
   * @throws ApplyError `ERR_APPLY_FAILED` when some of several failed; what was done is in `completed`.
   */
  apply(input: Plan & { readonly action: "delete" }, options?: ApplyOptions): Promise<ApplyResult>;
  apply(input: Plan | ImageSpecInput, options?: ApplyOptions): Promise<AppliedImage>;
  apply(inputs: readonly Applicable[], options?: ApplyOptions): Promise<ApplyResult[]>;
  async apply(
    input: Applicable | readonly Applicable[],
    options: ApplyOptions = {},
  ): Promise<ApplyResult | ApplyResult[]> {
    checkOptions("apply()", options);
    const { concurrency = 4, source, ...planOptions } = options;
    const { signal } = planOptions;
    const plans = (isList(input) ? input : [input]).filter(isPlan);
    if (plans.length > 0) checkForPlans(planOptions);
    for (const plan of plans) checkPlanShape(plan);
    const given = source === undefined ? undefined : parseSource(source);
    if (!isList(input)) {
      if (isPlan(input)) return this.#apply({ plan: input, inPlace: undefined }, given, signal);
      return this.#applySpec(input, await this.#plan(input, planOptions), given, planOptions);
    }
    if (input.length > 1) checkForOne("apply()", options);
    const tasks = (await this.#planRest(input, planOptions)).map((planned, index) => ({
      name: planned.plan.name,
      run: () => {
        const each = input[index];
        return each === undefined || isPlan(each)
          ? this.#apply(planned, given, signal)
          : this.#applySpec(each, planned, given, planOptions);
      },
    }));
    return runBatch(tasks, concurrency, signal);
  }

  /**
   * Brings the images of several clouds, regions or projects to one spec: planned for each by what it has and can do,
   * and from one pass of the source, which is read, decompressed, inspected and digested once for all that need data.
   * Not at all where none does. The targets are these backends, the manager's own only where it is among them.
   *
   * The slowest sets the pace. One that fails, or stalls for `stallTimeoutMs`, is left out, and the others go on; a
   * source that fails, or isn't what it should be, fails all that need data. The events say by `backend` and `region`
   * which target they are about; those of the one download say neither.
   *
   * @returns What became of each, in the order of the backends. It does not reject because some failed.
   * @throws SpecError `ERR_SPEC_INVALID` for a spec that is wrong everywhere, no backend, or one that is given twice;
   *   nothing was sent. After an abort that left nothing done, the signal's reason.
   */
  async applyTo(
    spec: ImageSpecInput,
    backends: readonly Backend[],
    options: FanOutOptions = {},
  ): Promise<FanOutResult[]> {
    parseSpec(spec);
    checkOptions("applyTo()", options);
    checkTargets(backends);
    const { stallTimeoutMs, ...planOptions } = options;
    return fanOut(backends, options, {
      open: (wanted, signal) => openPass(this.#context(signal), wanted, undefined),
      apply: (backend, join, signal) => this.#at(backend, join).apply(spec, { ...planOptions, signal }),
    });
  }

  /**
   * Deletes an image; one that is gone already is no error.
   *
   * @throws ImageStateError `ERR_IMAGE_PROTECTED` when it is protected, unless `force` lifts that.
   */
  async destroy(
    id: string,
    options: { readonly force?: boolean | undefined } & SignalOptions = {},
  ): Promise<void> {
    checkId(id);
    checkOptions("destroy()", options);
    const context = this.#context(options.signal);
    await this.#lock(id, async () => {
      const image = await context.backend.get(id, callOptions(context));
      if (image === undefined) return;
      const event = { action: "delete", name: image.name, imageId: id } as const;
      await this.#act(event, async () => {
        await deleteImage(context, image, options.force ?? false);
        return undefined;
      });
    });
  }

  /** The image of this id; `undefined` when there is none. */
  async get(id: string, options: SignalOptions = {}): Promise<Image | undefined> {
    checkId(id);
    checkOptions("get()", options);
    const context = this.#context(options.signal);
    return context.backend.get(id, callOptions(context));
  }

  /** The images that answer to a query, page by page as they are asked for. */
  async *list(query: ImageQuery = {}, options: SignalOptions = {}): AsyncIterableIterator<Image> {
    checkOptions("list()", options);
    yield* listImages(this.#context(options.signal), query);
  }

  /**
   * The one image that answers to a query.
   *
   * @throws HttpError `ERR_HTTP_NOT_FOUND` when there is none.
   * @throws ImageStateError `ERR_IMAGE_AMBIGUOUS` when there are several, with all of them in `matches`.
   */
  async find(query: ImageQuery, options: SignalOptions = {}): Promise<Image> {
    checkOptions("find()", options);
    return findImage(this.#context(options.signal), query);
  }

  /**
   * Writes the data of an image to a file, where nothing is before all of it is, or to a stream. What comes is held
   * against what the cloud says it has. A connection that is cut is gone on with, and so is what an earlier call for the
   * same image and path has left beside it, as `….part`. Told of by `download-…` events.
   *
   * @throws TransferError `ERR_DIGEST_MISMATCH`, `ERR_SIZE_MISMATCH`; `ERR_TRANSFER_INCOMPLETE` when there is no data.
   */
  async download(
    id: string,
    target: string | NodeJS.WritableStream,
    options: SignalOptions = {},
  ): Promise<Image> {
    checkOptions("download()", options);
    return downloadImage(this.#context(options.signal), id, target);
  }

  /** The projects that an image is shared with, and what they answered. Of an image that isn't shared: none. */
  async members(id: string, options: SignalOptions = {}): Promise<readonly ImageMember[]> {
    checkId(id);
    checkOptions("members()", options);
    return listMembers(this.#context(options.signal), id);
  }

  /**
   * Answers, for the backend's own project, to an image that another project shares with it. `accepted` images are
   * in this project's listings; the others are found by `list({ memberStatus: "pending" })`.
   *
   * @throws HttpError `ERR_HTTP_NOT_FOUND` when no such image is shared with this project.
   * @throws UnsupportedError `ERR_UNSUPPORTED` where there is one owner only.
   */
  async setMemberStatus(id: string, status: MemberStatus, options: SignalOptions = {}): Promise<void> {
    checkId(id);
    checkOptions("setMemberStatus()", options);
    await answerSharing(this.#context(options.signal), id, status);
  }

  /**
   * Closes the data of an active image to all but administrators: its status is `deactivated` then. Repeating is
   * harmless. Plans leave such an image as it is.
   *
   * @throws ImageStateError `ERR_IMAGE_STATUS` when its status is neither `active` nor `deactivated`.
   */
  async deactivate(id: string, options: SignalOptions = {}): Promise<Image> {
    return this.#setActivation(id, "deactivate", options);
  }

  /** Takes {@link deactivate} back. Throws as it does. */
  async reactivate(id: string, options: SignalOptions = {}): Promise<Image> {
    return this.#setActivation(id, "reactivate", options);
  }

  /** Tells every listener, whatever the others do. */
  override emit<Name extends EventEmitter.EventNames<ImageEvents>>(
    name: Name,
    ...args: EventEmitter.EventArgs<ImageEvents, Name>
  ): boolean {
    const listeners = this.listeners(name);
    for (const listener of listeners) {
      this.off(name, listener, undefined, true);
      try {
        const result: unknown = Reflect.apply(listener, this, args);
        if (result instanceof Promise) result.catch(warnOfListener);
      } catch (error) {
        warnOfListener(error);
      }
    }
    return listeners.length > 0;
  }

  async #setActivation(
    id: string,
    action: "deactivate" | "reactivate",
    options: SignalOptions,
  ): Promise<Image> {
    checkId(id);
    checkOptions(`${action}()`, options);
    const { signal } = options;
    return this.#lock(id, () => setActivation(this.#context(signal), id, action));
  }

  /** A manager of another backend, whose events are told here. */
  #at(backend: Backend, join: Context["join"]): ImageManager {
    const manager = new ImageManager(backend, this.#options);
    const { name, region } = backend;
    manager.#digests = this.#digests;
    manager.#join = join;
    manager.#tell = (event, facts) => this.#tell(event, { ...facts, backend: name, region });
    return manager;
  }

  #parse(input: unknown): ImageSpec {
    parseSpec(input);
    const spec = parseSpec(input, this.#backend.spec);
    checkSupported(spec, this.#backend);
    return spec;
  }

  async #plan(input: ImageSpecInput, options: PlanOptions): Promise<Planned> {
    return this.#planIn(this.#context(options.signal), this.#parse(input), options);
  }

  async #planAll(inputs: readonly ImageSpecInput[], options: PlanOptions): Promise<Planned[]> {
    const specs = inputs.map((input) => this.#parse(input));
    checkDistinct(specs);
    const context = this.#context(options.signal);
    const { projectId } = context.backend;
    const shared =
      projectId === undefined || specs.length < LISTING_PAYS_FROM
        ? context
        : { ...context, lookup: lookupInListing(context) };
    const limit = pLimit(PLANNING_CONCURRENCY);
    return Promise.all(specs.map((spec) => limit(() => this.#planIn(shared, spec, options))));
  }

  async #planIn(context: Context, spec: ImageSpec, options: PlanOptions): Promise<Planned> {
    options.signal?.throwIfAborted();
    this.#tell("plan-start", { name: spec.name });
    const planned = await makePlan(context, spec, options);
    if (spec.source !== undefined) this.#sources.set(planned.plan, spec.source);
    return planned;
  }

  /** Plans for all specs before anything is written, so that a wrong one stops all. */
  async #planRest(inputs: readonly Applicable[], options: PlanOptions): Promise<Planned[]> {
    const specs = inputs.filter((input): input is ImageSpecInput => !isPlan(input));
    const planned = await this.#planAll(specs, options);
    return inputs
      .map((input) => (isPlan(input) ? { plan: input, inPlace: undefined } : planned.shift()))
      .filter((each) => each !== undefined);
  }

  /** Plans again, a few times, when another process has changed what the plan was made for. */
  async #applySpec(
    spec: ImageSpecInput,
    first: Planned,
    given: Source | undefined,
    options: PlanOptions,
  ): Promise<ApplyResult> {
    const { signal } = options;
    let planned = first;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#apply(planned, given, signal);
      } catch (error) {
        if (attempt === MAX_PLANS || !(await hasMoved(this.#context(signal), planned.plan, error)))
          throw error;
        planned = await this.#plan(spec, options);
      }
    }
  }

  /** Looks again whether the image is what the plan was made for, unless this call has just seen it in place. */
  async #apply(
    { plan, inPlace }: Planned,
    given: Source | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ApplyResult> {
    signal?.throwIfAborted();
    const source = given ?? this.#sources.get(plan);
    const event = { action: plan.action, name: plan.name, imageId: plan.imageId } as const;
    return this.#lock(plan.imageId ?? plan.name, async () => {
      let told: Omit<Applied, "image"> | undefined;
      const image = await this.#act(event, async () => {
        const { image: result, ...rest } =
          inPlace === undefined || given !== undefined
            ? await applyPlan(this.#context(signal), plan, source)
            : leaveInPlace(inPlace);
        told = rest;
        return result;
      });
      return { image, plan, ...(told ?? { verification: { status: "skipped" } }) };
    });
  }

  async #act(
    event: Parameters<ImageEvents["action-start"]>[0],
    action: () => Promise<Image | undefined>,
  ): Promise<Image | undefined> {
    this.#tell("action-start", event);
    try {
      const image = await action();
      this.#tell("action-end", { ...event, imageId: image?.id ?? event.imageId, image, error: undefined });
      return image;
    } catch (error) {
      this.#tell("action-end", { ...event, image: undefined, error });
      throw error;
    }
  }

  #context(signal: AbortSignal | undefined): Context {
    const calls: Calls = {
      backend: this.#backend,
      signal,
      emit: this.#tell,
    };
    return {
      ...calls,
      lookup: lookupByRequest(calls),
      statusTimeoutMs: this.#statusTimeoutMs,
      cache: this.#cache,
      connections: this.#options.connections,
      inspection: this.#inspection,
      decompressLimits: this.#decompressLimits,
      digests: this.#digests,
      join: this.#join,
    };
  }
}

function cacheOf(options: boolean | CacheOptions): (() => Promise<Cache>) | undefined {
  if (options === false) return undefined;
  const { directory, maxBytes = DEFAULT_CACHE_BYTES } = options === true ? {} : options;
  return async () => ({ directory: directory ?? (await platformCacheDirectory()), maxBytes });
}

function warnOfListener(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : `A listener threw ${inspect(error)}`, {
    type: "ImagewrightListenerWarning",
  });
}

function isList<Value extends object>(input: Value | readonly Value[]): input is readonly Value[] {
  return Array.isArray(input);
}

function isPlan(input: Applicable): input is Plan {
  return typeof input === "object" && input !== null && "action" in input && "operations" in input;
}

/** @throws SpecError `ERR_SPEC_INVALID` when more than one is asked for by something that only one can be. */
function checkForOne(call: string, { id, source }: Pick<ApplyOptions, "id" | "source">): void {
  const issues = [
    ...(id === undefined ? [] : [{ path: ["id"], message: "is for one spec, not for several" }]),
    ...(source === undefined ? [] : [{ path: ["source"], message: "is for one plan, not for several" }]),
  ];
  if (issues.length > 0) throw new SpecError(issues, { subject: `The options of ${call}` });
}

/** @throws SpecError `ERR_SPEC_INVALID` for what is asked of a plan that has been made already. */
function checkForPlans({ signal: _signal, ...options }: PlanOptions): void {
  const message = "is for specs: give it to plan(), a plan is applied as it was made";
  const issues = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => ({ path: [name], message }));
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of apply()" });
}

function parseSource(input: Source | string): Source {
  const result = SourceSchema.safeParse(input);
  if (result.success) return result.data;
  const issues = result.error.issues
    .flatMap(issuesOf)
    .map(({ path, message }) => ({ path: ["source", ...path], message }));
  throw new SpecError(issues, { subject: "The source" });
}

function checkDistinct(specs: readonly ImageSpec[]): void {
  const seen = new Set<string>();
  for (const [index, { name, region = "" }] of specs.entries()) {
    const key = JSON.stringify([name, region]);
    if (seen.has(key)) {
      throw new SpecError(
        [{ path: [index, "name"], message: `there are two specs of ${JSON.stringify(name)}` }],
        { subject: "The list of specs" },
      );
    }
    seen.add(key);
  }
}
