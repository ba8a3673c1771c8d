import type { Capability } from "./clause.ts";

/** A digest that clouds report of stored data. */
export type ReportedDigest = "md5" | "sha512";

/** What is expected instead, and why that is right. */
export interface Deviation<Value> {
  readonly value: Value;
  /** The reason, which the title of the test tells, after "since". */
  readonly because: string;
}

/**
 * What a backend does otherwise than the reference, on purpose. A clause whose capability is lacking is not left
 * out: what is checked in its place is that a plan which needs it is refused before anything is sent.
 */
export interface Expectations {
  /** The capabilities that it lacks, each with the reason, which the titles tell after "since". Default: none. */
  readonly lacks?: Readonly<Partial<Record<Capability, string>>> | undefined;
  /** The digests that it reports of stored data. Default: md5 and sha512. */
  readonly digests?: Deviation<readonly ReportedDigest[]> | undefined;
  /** The status of an upload's refusal when its image is deleted meanwhile. Default: 404. */
  readonly deletedMeanwhile?: Deviation<410> | undefined;
  /** What comes of ending the sharing of a gone image. Default: a refusal with 404. */
  readonly removalFromGone?: Deviation<"nothing"> | undefined;
  /** How many import methods a cloud that could have imports offers. Default: some. */
  readonly importMethods?: Deviation<"none"> | undefined;
}

/** The same, complete. */
export interface Expected {
  readonly lacks: Readonly<Partial<Record<Capability, string>>>;
  readonly digests: readonly ReportedDigest[];
  readonly deletedMeanwhile: 404 | 410;
  readonly removalFromGone: "refusal" | "nothing";
  readonly importMethods: "some" | "none";
}

export function complete({
  lacks,
  digests,
  deletedMeanwhile,
  removalFromGone,
  importMethods,
}: Expectations): Expected {
  return {
    lacks: lacks ?? {},
    digests: digests?.value ?? ["md5", "sha512"],
    deletedMeanwhile: deletedMeanwhile?.value ?? 404,
    removalFromGone: removalFromGone?.value ?? "refusal",
    importMethods: importMethods?.value ?? "some",
  };
}

/** What a title says of an expectation that is not as usual. */
export function remark(expectations: Expectations, name: keyof Expectations | undefined): string {
  const deviation = name === undefined || name === "lacks" ? undefined : expectations[name];
  return deviation === undefined
    ? ""
    : ` (here ${[deviation.value].flat().join(", ") || "none"}, since ${deviation.because})`;
}
