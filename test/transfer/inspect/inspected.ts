import { type Inspection, inspectImage } from "../../../src/transfer/index.ts";
import { inChunks } from "../../support/bytes.ts";

/** What comes of these bytes as they pass. */
export function inspected(image: Uint8Array, chunkBytes = 10_007): Promise<Inspection> {
  return inspectImage({ open: () => inChunks(image, chunkBytes), size: image.length });
}

/** The checks that don't pass. */
export async function failedChecks(image: Uint8Array): Promise<string[]> {
  return (await inspected(image)).problems.map(({ check }) => check);
}
