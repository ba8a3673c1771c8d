import { afterEach, expect, it, vi } from "vitest";
import { openTransfer } from "../../src/transfer/index.ts";
import { reportProgress } from "../../src/transfer/progress.ts";
import { chunksOf, collect } from "../support/bytes.ts";

const CHUNKS = [Buffer.alloc(10), Buffer.alloc(20), Buffer.alloc(30)];

afterEach(() => {
  vi.restoreAllMocks();
});

it("reports bytes when the next are asked for: only then were they taken", async () => {
  clock(0, 112, 224, 336);
  const reports: number[] = [];
  const chunks = reportProgress(chunksOf(...CHUNKS), (bytes) => reports.push(bytes));
  await chunks.next();
  expect(reports).toEqual([]);
  await chunks.next();
  expect(reports).toEqual([10]);
  await chunks.next();
  await chunks.next();
  expect(reports).toEqual([10, 30, 60]);
});

it("reports nine times a second at most: the end is the tenth", async () => {
  clock(0, 50, 111, 112);
  const reports: number[] = [];
  await collect(reportProgress(chunksOf(...CHUNKS), (bytes) => reports.push(bytes)));
  expect(reports).toEqual([60]);
  clock(...Array.from({ length: 1_001 }, (_, index) => index));
  reports.length = 0;
  await collect(
    reportProgress(chunksOf(...Array(1_000).fill(Buffer.alloc(1))), (bytes) => reports.push(bytes)),
  );
  expect(reports).toEqual([112, 224, 336, 448, 560, 672, 784, 896]);
});

it("tells the rate of late, of the last twenty reports", async () => {
  clock(0, ...Array.from({ length: 40 }, (_, index) => (index + 1) * 200));
  const rates: number[] = [];
  const slowThenFast = [...Array(20).fill(Buffer.alloc(100)), ...Array(20).fill(Buffer.alloc(1_000))];
  await collect(reportProgress(chunksOf(...slowThenFast), (_bytes, rate) => rates.push(rate)));
  expect(rates[0]).toBe(500);
  expect(rates[19]).toBe(500);
  expect(rates[29]).toBe(2_750);
  expect(rates[39]).toBe(5_000);
});

it("tells what was read from what was taken", async () => {
  clock(...Array.from({ length: 100 }, (_, index) => index * 112));
  const events: string[] = [];
  const { chunks } = await openTransfer(
    { open: () => chunksOf(...CHUNKS) },
    {
      algorithms: [],
      onRead: (bytes) => events.push(`read ${bytes}`),
      onTaken: (bytes) => events.push(`taken ${bytes}`),
    },
  );
  await collect(chunks);
  expect(events).toEqual(["read 10", "taken 10", "read 30", "taken 30", "read 60", "taken 60"]);
});

/** What the clock says, one time after the other. */
function clock(...times: readonly number[]): void {
  const left = [...times];
  vi.spyOn(performance, "now").mockImplementation(() => left.shift() ?? 0);
}
