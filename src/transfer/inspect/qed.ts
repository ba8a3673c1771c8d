import { littleEndian } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal } from "./problem.ts";

/**
 * QED, which no cloud takes.
 *
 * @see https://www.qemu.org/docs/master/interop/qed_spec.html
 */
export function* qed(): Generator<Region, Finding | undefined, Uint8Array> {
  const header = littleEndian(yield { offset: 0, length: 64 });
  if (header.text(0, 4) !== "QED\0") return undefined;
  return {
    format: "qed",
    disk: { sizeBytes: header.u64(48) },
    problems: [fatal("banned", "no cloud takes this format")],
    details: { clusterSizeBytes: header.u32(4) },
  };
}
