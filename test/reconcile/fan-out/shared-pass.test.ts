import { describe, expect, it, vi } from "vitest";
import type { WantedData } from "../../../src/reconcile/context.ts";
import { sharedPass } from "../../../src/reconcile/fan-out/shared-pass.ts";
import { openTransfer, type Transfer } from "../../../src/transfer/pipeline.ts";
import { rejectionOf } from "../../support/errors.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { dataOf } from "../support/cloud.ts";

const SOURCE = dataOf("first data");

function wanted(fields: Partial<WantedData> = {}): WantedData {
  return {
    spec: { name: "debian" },
    source: SOURCE,
    declared: { containerFormat: "bare", diskFormat: "raw" },
    algorithms: ["sha512"],
    ...fields,
  };
}

/** A pass for so many targets, and what becomes of it. */
function passFor(count: number, instead?: () => Promise<Transfer>) {
  const opened: WantedData[] = [];
  let closed = 0;
  const stalls = Array.from({ length: count }, () => vi.fn());
  const seats = sharedPass({
    stallTimeoutMs: 1_000,
    onStall: stalls,
    async open(data) {
      opened.push(data);
      if (instead !== undefined) return instead();
      const transfer = await openTransfer(SOURCE, { algorithms: data.algorithms });
      return {
        ...transfer,
        async close() {
          closed++;
          await transfer.close();
        },
      };
    },
  });
  const seat = (index: number) => {
    const found = seats[index];
    if (found === undefined) throw new Error(`there is no seat ${index}`);
    return found;
  };
  return { seat, opened, stalls, closed: () => closed };
}

async function textOf(transfer: Transfer | undefined): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of transfer?.chunks ?? []) parts.push(new Uint8Array(chunk));
  return Buffer.concat(parts).toString();
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a pass of a source", () => {
  it("is opened once, when all have joined or left, with the digests that any of them wants", async () => {
    const { seat, opened } = passFor(3);
    const branches = [seat(0).join(wanted({ algorithms: ["sha512", "md5"] }))];
    await turn();
    seat(1).leave();
    await turn();
    expect(opened).toEqual([]);
    branches.push(seat(2).join(wanted({ algorithms: ["md5", "sha256"] })));
    const transfers = await Promise.all(branches);
    expect(await Promise.all(transfers.map(textOf))).toEqual(["first data", "first data"]);
    expect(opened.map(({ algorithms }) => algorithms)).toEqual([["sha512", "md5", "sha256"]]);
  });

  it("is not opened where nobody needs it", async () => {
    const { seat, opened } = passFor(2);
    for (const index of [0, 1]) seat(index).leave();
    await turn();
    expect(opened).toEqual([]);
  });

  it("is closed when the last who took part has left", async () => {
    const { seat, closed } = passFor(2);
    await Promise.all([0, 1].map((index) => seat(index).join(wanted())));
    seat(0).leave();
    await turn();
    expect(closed()).toBe(0);
    seat(1).leave();
    seat(1).leave();
    await turn();
    await turn();
    expect(closed()).toBe(1);
  });

  it("is closed when all have left before it was open", async () => {
    const { promise, resolve } = Promise.withResolvers<Transfer>();
    const { seat } = passFor(2, () => promise);
    for (const index of [0, 1]) void seat(index).join(wanted());
    for (const index of [0, 1]) seat(index).leave();
    const close = vi.fn(async () => {});
    resolve({ ...(await openTransfer(SOURCE, { algorithms: [] })), close });
    await turn();
    expect(close).toHaveBeenCalledOnce();
  });

  it("that can't be opened fails for all who take part", async () => {
    const failure = new Error("there is no source");
    const { seat } = passFor(2, () => Promise.reject(failure));
    const joins = [0, 1].map((index) => rejectionOf(seat(index).join(wanted())));
    expect(await Promise.all(joins)).toEqual([failure, failure]);
  });
});

describe("a target reads by itself", () => {
  it("when it has had its branch", async () => {
    const { seat } = passFor(1);
    expect(await textOf(await seat(0).join(wanted()))).toBe("first data");
    expect(await seat(0).join(wanted())).toBeUndefined();
  });

  it.each<[string, Partial<WantedData>]>([
    ["another codec", { spec: { name: "debian", decompress: "gzip" } }],
    ["a conversion", { spec: { name: "debian", convert: true } }],
    ["another disk format", { declared: { containerFormat: "bare", diskFormat: "qcow2" } }],
    ["another container format", { declared: { containerFormat: "ova", diskFormat: "raw" } }],
    ["another smallest disk", { declared: { containerFormat: "bare", diskFormat: "raw", minDiskGb: 2 } }],
  ])("when its data has to be something else: %s", async (_what, fields) => {
    const { seat, opened } = passFor(2);
    const first = seat(0).join(wanted());
    expect(await seat(1).join(wanted(fields))).toBeUndefined();
    expect(await textOf(await first)).toBe("first data");
    expect(opened).toHaveLength(1);
  });

  it("but not because its image is called otherwise", async () => {
    const { seat } = passFor(2);
    const joins = ["a", "b"].map((name, index) => seat(index).join(wanted({ spec: { name } })));
    expect(await Promise.all((await Promise.all(joins)).map(textOf))).toEqual(["first data", "first data"]);
  });
});

describe("a target that isn't ready in time", () => {
  it("is told so and left out, counted from when the first was ready", async () => {
    skipWaits();
    const startMs = performance.now();
    const { seat, stalls } = passFor(3);
    const first = seat(0).join(wanted());
    setTimeout(() => void seat(1).join(wanted()), 600);
    await first;
    expect(performance.now() - startMs).toBe(1_000);
    expect(stalls.map((stall) => stall.mock.calls.length)).toEqual([0, 0, 1]);
    const [error] = stalls[2]?.mock.calls[0] ?? [];
    expect(error).toMatchObject({ code: "ERR_TIMEOUT", phase: "upload", offset: 0 });
    expect(String(error)).toContain(
      "The target was not ready for the data within 1000 ms after another one was",
    );
    expect(await seat(2).join(wanted())).toBeUndefined();
  });

  it("has all the time until another is", async () => {
    skipWaits();
    const { seat, stalls } = passFor(2);
    setTimeout(() => void seat(0).join(wanted()).then(textOf), 5_000);
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 5_500);
    await promise;
    expect(await textOf(await seat(1).join(wanted()))).toBe("first data");
    for (const stall of stalls) expect(stall).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
