import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Source } from "../../../src/model/index.ts";
import { formatPlan, reconcile } from "../../../src/reconcile/index.ts";
import { image } from "../../model/arbitraries.ts";

const secret = fc.string({ unit: fc.constantFrom(..."abcdefXYZ0189-_"), minLength: 16, maxLength: 24 });

it("a plan never shows a password or a header", () => {
  fc.assert(
    fc.property(secret, fc.option(image, { nil: undefined }), (password, actual) => {
      const sources: readonly (Source | string)[] = [
        { url: "https://example.org/a", username: "u", password },
        { url: "https://example.org/a", headers: { Authorization: `Bearer ${password}`, "X-Key": password } },
        `https://u:${password}@example.org/a`,
      ];
      for (const source of sources) {
        const plan = reconcile({ name: "debian", source, properties: { a: "1" } }, actual);
        const printed = [
          JSON.stringify(plan),
          inspect(plan, { depth: 10 }),
          formatPlan(plan),
          formatPlan([plan]),
        ];
        expect(printed.join()).not.toContain(password);
      }
    }),
  );
});

it("a plan names what was left out, and keeps the rest of the source", () => {
  const source = {
    url: "https://example.org/a",
    username: "u",
    password: "hunter2",
    headers: { Authorization: "hunter2" },
    checksum: `md5:${"ab".repeat(16)}`,
  };
  expect(reconcile({ name: "debian", source }, undefined).desired?.source).toEqual({
    ...source,
    password: "[redacted]",
    headers: { Authorization: "[redacted]" },
  });
});

it("a plan holds no function", () => {
  const source: Source = { open: async function* () {}, size: 5 };
  const plan = reconcile({ name: "debian", source }, undefined);
  expect(plan.desired?.source).toEqual({ open: "[redacted]", size: 5 });
  const { desired } = reconcile({ name: "debian", source: { open: source.open } }, undefined);
  expect(desired?.source).toStrictEqual({ open: "[redacted]" });
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

it("a source without a secret is in the plan as it is", () => {
  const source = { url: "https://example.org/a?b=c", username: "u", cachePath: "cache" };
  expect(reconcile({ name: "debian", source }, undefined).desired?.source).toStrictEqual(source);
});
