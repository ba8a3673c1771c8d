import { expect, it } from "vitest";
import { type DigestedPass, threadsPay } from "../../src/transfer/digest.ts";

const MIB = 2 ** 20;
const download: DigestedPass = { busyProcessors: 2 };

it.each<[string, boolean, number, DigestedPass, number]>([
  ["one digest of a file, beside a second processor", true, 1, {}, 2],
  ["one digest of a file, on one processor", false, 1, {}, 1],
  ["one digest of a download, on two processors, which it keeps busy", false, 1, download, 2],
  ["one digest of a download, beside a third processor", true, 1, download, 3],
  ["several digests of a download, which would keep everything else waiting", true, 2, download, 2],
  ["several digests, on one processor", false, 2, {}, 1],
  ["no digest", false, 0, {}, 8],
  ["less data than a thread is started for", false, 2, { sizeBytes: 64 * MIB - 1 }, 8],
  ["as much data as a thread is started for", true, 1, { sizeBytes: 64 * MIB }, 8],
])("%s: threads pay: %s", (_what, expected, digests, pass, processors) => {
  expect(threadsPay(digests, pass, processors)).toBe(expected);
});
