import { afterEach, expect, it, vi } from "vitest";
import { openTransfer } from "../../src/transfer/index.ts";
import { reportProgress } from "../../src/transfer/progress.ts";
import { chunksOf, collect } from "../support/bytes.ts";

const CHUNKS = [Buffer.alloc(10), Buffer.alloc(20), Buffer.alloc(30)];

afterEach(() => {
  vi.restoreAllMocks();
});

it("reports bytes when the next are asked for: only then were they taken", async () => {
  clock(0, 100, 200, 300);
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

it("reports ten times a second at most", async () => {
  clock(0, 50, 99, 100);
  const reports: number[] = [];
  await collect(reportProgress(chunksOf(...CHUNKS), (bytes) => reports.push(bytes)));
  expect(reports).toEqual([60]);
});

it("tells what was read from what was taken", async () => {
  clock(...Array.from({ length: 100 }, (_, index) => index * 100));
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
