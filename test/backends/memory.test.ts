import { describe, expect, it } from "vitest";
import { memory } from "../../src/backends/memory/index.ts";
import { newImage } from "../../src/testing/conformance/samples.ts";
import { backendConformance } from "../../src/testing/index.ts";
import { EXPECTATIONS } from "./expectations.ts";

describe("the contract, kept by memory", () => {
  backendConformance(it, () => memory(), EXPECTATIONS.memory);
});

it("two memories are two clouds", async () => {
  const [one, other] = [memory(), memory()];
  const image = await one.create?.(newImage());
  expect(image).toBeDefined();
  expect(await other.get(image?.id ?? "")).toBeUndefined();
});

it("a memory tells the time by the clock it is given", async () => {
  const backend = memory({ clock: () => new Date("2026-11-21T10:00:00.789Z") });
  expect(await backend.create?.(newImage())).toMatchObject({
    createdAt: "2026-11-21T10:00:00Z",
    updatedAt: "2026-11-21T10:00:00Z",
  });
});
