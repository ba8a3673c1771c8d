import type { CloudSource } from "../../backends/backend.ts";
import type { NewImage } from "../../model/index.ts";
import type { Capability } from "./clause.ts";
import { type Field, type Sampler, type Samples, sampler } from "./sampler.ts";

/** A digest that clouds report of stored data. */
export type ReportedDigest = "md5" | "sha512";

/** What is expected instead, and why that is right. */
export interface Deviation<Value> {
  readonly value: Value;
  /** The reason, which the title of the test tells, after "since". */
  readonly because: string;
}

/** Data of a cloud, for images to be made of. */
export interface CloudData {
  /** A source that is there in every cloud of the factory. */
  readonly source: CloudSource;
  /** A source of the same kind that isn't. */
  readonly unknown: CloudSource;
  /** What images that are made of it have to have, beside what all have. Default: nothing. */
  readonly needs?: Partial<Omit<NewImage, "id" | "name">> | undefined;
}

/**
 * What a backend does otherwise than the reference, on purpose. A clause whose capability is lacking is not left
 * out: what is checked in its place is that a plan which needs it is refused before anything is sent.
 */
export interface Expectations {
  /**
   * The capabilities that it lacks, and the fields that its images don't have, each with the reason, which the titles
   * tell after "since". Default: none.
   */
  readonly lacks?: Readonly<Partial<Record<Exclude<Capability, "createFrom"> | Field, string>>> | undefined;
  /** The digests that it reports of stored data. Default: md5 and sha512. */
  readonly digests?: Deviation<readonly ReportedDigest[]> | undefined;
  /** The status of an upload's refusal when its image is deleted meanwhile. Default: 404. */
  readonly deletedMeanwhile?: Deviation<410> | undefined;
  /** What comes of ending the sharing of a gone image. Default: a refusal with 404. */
  readonly removalFromGone?: Deviation<"nothing"> | undefined;
  /** How many import methods a cloud that could have imports offers. Default: some. */
  readonly importMethods?: Deviation<"none"> | undefined;
  /** What comes of an upload of no bytes. Default: an active image. */
  readonly emptyData?: Deviation<"refused"> | undefined;
  /** Whether an image that has no data yet can be shared. Default: yes. */
  readonly membersOfEmpty?: Deviation<"refused"> | undefined;
  /** Who gives a new image its id, see `Backend.idsAreGivenBy`. Default: the caller. */
  readonly ids?: Deviation<"given by the cloud"> | undefined;
  /** Whether two images can have one name, see `Rules.namesAreUnique`. Default: yes. */
  readonly names?: Deviation<"unique"> | undefined;
  /** Whether its images take this library's records, see `Rules.keepsRecords`. Default: yes. */
  readonly records?: Deviation<"none"> | undefined;
  /** What it makes images of by `createFrom`. Default: of nothing, it has no `createFrom`. */
  readonly createFrom?: CloudData | undefined;
  /** How images have to look, where the cloud refuses those of the reference. */
  readonly samples?: Samples | undefined;
}

/** The same, complete. */
export interface Expected {
  readonly lacks: Readonly<Partial<Record<Capability | Field, string>>>;
  readonly digests: readonly ReportedDigest[];
  readonly deletedMeanwhile: 404 | 410;
  readonly removalFromGone: "refusal" | "nothing";
  readonly importMethods: "some" | "none";
  readonly emptyData: "stored" | "refused";
  readonly membersOfEmpty: "shared" | "refused";
  readonly ids: "given by the caller" | "given by the cloud";
  readonly names: "free" | "unique";
  readonly records: "kept" | "none";
  readonly createFrom: CloudData | undefined;
  readonly sample: Sampler;
}

export function complete({
  lacks = {},
  digests,
  deletedMeanwhile,
  removalFromGone,
  importMethods,
  emptyData,
  membersOfEmpty,
  ids,
  names,
  records,
  createFrom,
  samples = {},
}: Expectations): Expected {
  return {
    lacks: createFrom === undefined ? { ...lacks, createFrom: NO_DATA } : lacks,
    digests: digests?.value ?? ["md5", "sha512"],
    deletedMeanwhile: deletedMeanwhile?.value ?? 404,
    removalFromGone: removalFromGone?.value ?? "refusal",
    importMethods: importMethods?.value ?? "some",
    emptyData: emptyData?.value ?? "stored",
    membersOfEmpty: membersOfEmpty?.value ?? "shared",
    ids: ids?.value ?? "given by the caller",
    names: names?.value ?? "free",
    records: records?.value ?? "kept",
    createFrom,
    sample: sampler(samples, lacks),
  };
}

const NO_DATA = "the cloud makes no images of data that it has";

/** An expectation that the outcome of a clause depends on. */
export type Variation = Exclude<keyof Expectations, "lacks" | "createFrom" | "samples">;

/** What a title says of an expectation that is not as usual. */
export function remark(expectations: Expectations, name: Variation | undefined): string {
  const deviation = name === undefined ? undefined : expectations[name];
  return deviation === undefined
    ? ""
    : ` (here ${[deviation.value].flat().join(", ") || "none"}, since ${deviation.because})`;
}
