import type { Backend, CallOptions } from "../backends/backend.ts";
import type { Image, ImageEvents, ImageSpec } from "../model/index.ts";
import type { Cache } from "../transfer/cache/cache.ts";
import type { DecompressLimits } from "../transfer/decompress/limits.ts";
import type { DigestMemory } from "../transfer/digest-memory.ts";
import type { DeclaredData } from "../transfer/inspect/refusal.ts";
import type { Transfer } from "../transfer/pipeline.ts";
import type { LocalSource } from "../transfer/source.ts";

/** Tells the listeners of an event. Never throws. */
export type Emit = <Name extends keyof ImageEvents>(
  name: Name,
  event: Parameters<ImageEvents[Name]>[0],
) => void;

/** What a call of the backend is made with. */
export interface Calls {
  readonly backend: Backend;
  readonly emit: Emit;
  readonly signal: AbortSignal | undefined;
}

/** How the images that specs are about are found. */
export interface Lookup {
  /** The images that this project owns with this name. */
  named(name: string): Promise<readonly Image[]>;
  /** The image of this id, whoever owns it; `undefined` when it is gone or can't be seen. */
  get(id: string): Promise<Image | undefined>;
}

/** What is done about data that isn't what its spec says, or is unsafe. */
export type InspectionMode = "enforce" | "off";

/** Data that an image is to be filled with. */
export interface WantedData {
  readonly spec: Pick<ImageSpec, "name" | "decompress" | "convert">;
  readonly source: LocalSource;
  /** What the data has to be, whether the spec declares it or the image has it. */
  readonly declared: DeclaredData;
  /** The digests to compute on the way. */
  readonly algorithms: readonly string[];
}

/** What the steps of an apply work with. */
export interface Context extends Calls {
  readonly lookup: Lookup;
  /** How long an image may take to get from one status to the next, in milliseconds. */
  readonly statusTimeoutMs: number;
  /** Where downloads are kept; absent: nowhere. */
  readonly cache: (() => Promise<Cache>) | undefined;
  /** Over how many connections a URL may be downloaded. */
  readonly connections?: number | undefined;
  readonly inspection: InspectionMode;
  /** How much may come out of a compressed source. */
  readonly decompressLimits: DecompressLimits | undefined;
  /** What is known of the contents of local files. */
  readonly digests: DigestMemory;
  /** Joins a pass of the source that other targets share; `undefined` from it: the source is to be opened. */
  readonly join?: ((wanted: WantedData) => Promise<Transfer | undefined>) | undefined;
}

/** The options of a backend's call. */
export function callOptions({ signal, emit }: Calls): CallOptions {
  return { signal, onRetry: (event) => emit("request-retry", event) };
}
