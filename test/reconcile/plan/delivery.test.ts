import { describe, expect, it } from "vitest";
import type { Source } from "../../../src/index.ts";
import {
  checkDelivery,
  clientMethod,
  deliveryFor,
  deliveryMethod,
} from "../../../src/reconcile/plan/delivery.ts";
import { dataOf } from "../support/cloud.ts";

const SUBJECT = "The options of plan()";

/** What is wrong, as `field: message`. */
function wrong(delivery: Parameters<typeof checkDelivery>[0]): readonly string[] {
  try {
    checkDelivery(delivery, SUBJECT);
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_SPEC_INVALID", message: expect.stringContaining(SUBJECT) });
    return Object(error).issues.map(
      ({ path, message }: { path: string[]; message: string }) => `${path.join(".")}: ${message}`,
    );
  }
  return [];
}

describe("how data is to be delivered", () => {
  it.each([
    {},
    { stores: ["fast"], allStoresMustSucceed: true, method: "upload" },
    { stores: ["fast", "slow"], allStoresMustSucceed: false, method: "glance-direct" },
    { allStoresMustSucceed: true, fallback: "client" },
  ])("is right: %j", (delivery) => {
    expect(wrong(delivery)).toEqual([]);
  });

  const stores = 'stores: must be "all", or a list of at least one store, each once';
  it.each<[Parameters<typeof checkDelivery>[0], readonly string[]]>([
    [{ stores: [] }, [stores]],
    [{ stores: ["fast", "fast"] }, [stores]],
    [{ stores: "fast" }, [stores]],
    [{ stores: ["fast", ""] }, [stores]],
    [{ stores: ["fast", "slow,cold"] }, [stores]],
    [{ stores: ["fast", 7] }, [stores]],
    [{ stores: ["fast"], allStoresMustSucceed: "no" }, ["allStoresMustSucceed: must be true or false"]],
    [{ allStoresMustSucceed: false }, ["allStoresMustSucceed: is about stores: name them in stores"]],
    [{ method: "tape" }, ["method: must be upload or glance-direct"]],
    [{ stores: ["a", "b"], method: "upload" }, ["method: upload fills one store, not 2: use glance-direct"]],
    [{ fallback: true }, ["fallback: must be client"]],
    [
      { stores: [], method: "tape", fallback: "tape" },
      [stores, "method: must be upload or glance-direct", "fallback: must be client"],
    ],
  ])("is wrong, and all of it is said: %j", (delivery, issues) => {
    expect(wrong(delivery)).toEqual(issues);
  });
});

describe("how data goes into an image", () => {
  const HERE = { region: "here" };
  it.each<[string, Source, string]>([
    ["data of this process", dataOf("data"), "upload"],
    ["a URL that the cloud fetches", { webDownload: "https://example.org/a" }, "web-download"],
    ["an image of any region", { imageId: "i" }, "upload"],
    ["an image of the same region", { imageId: "i", region: "here" }, "upload"],
    ["an image of another region", { imageId: "i", region: "there" }, "glance-download"],
    ["a volume", { volumeId: "v" }, "create-from"],
    ["an object", { object: "b:k" }, "create-from"],
  ])("depends on the source: %s", (_what, source, method) => {
    expect(deliveryMethod(source, {}, HERE)).toBe(method);
  });

  it("depends on what the cloud makes images of", () => {
    const start = () => Promise.reject(new Error("nothing is made"));
    const createFrom = { kinds: ["imageId"], start } as const;
    expect(deliveryMethod({ imageId: "i" }, {}, { ...HERE, createFrom })).toBe("create-from");
    expect(deliveryMethod(dataOf("data"), {}, { ...HERE, createFrom })).toBe("upload");
  });

  it.each([
    [{}, "upload"],
    [{ stores: ["fast"] }, "upload"],
    [{ stores: ["fast", "slow"] }, "glance-direct"],
    [{ stores: ["fast"], method: "glance-direct" }, "glance-direct"],
  ] as const)("depends on the stores, and on what the user says: %j", (delivery, method) => {
    expect(clientMethod(delivery)).toBe(method);
  });
});

describe("of what a user says of the delivery, only that is kept", () => {
  const all = {
    stores: ["a"],
    allStoresMustSucceed: false,
    method: "glance-direct",
    fallback: "client",
  } as const;
  const { method: _method, ...fetched } = all;
  const { fallback: _fallback, ...sent } = all;
  it("which matters for the source", () => {
    expect(deliveryFor({ webDownload: "https://example.org/a" }, all)).toEqual(fetched);
    expect(deliveryFor(dataOf("data"), all)).toEqual(sent);
  });
  it("which was said", () => {
    for (const source of [{ webDownload: "https://example.org/a" }, dataOf("data")]) {
      expect(Object.keys(deliveryFor(source, { stores: ["a"] }))).toEqual(["stores"]);
      expect(Object.keys(deliveryFor(source, { allStoresMustSucceed: true }))).toEqual([]);
    }
  });
});
