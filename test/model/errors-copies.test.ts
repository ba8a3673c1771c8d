import { expect, it, vi } from "vitest";
import { HttpError, ImagewrightError, PlanError } from "../../src/model/index.ts";

it("the errors of another copy of the package are known, and that copy knows ours", async () => {
  vi.resetModules();
  const copy = await import("../../src/model/index.ts");
  const foreign = new copy.HttpError("no", { code: "ERR_HTTP_CONFLICT", status: 409 });
  expect(copy.HttpError).not.toBe(HttpError);
  expect(foreign).not.toBeInstanceOf(HttpError);
  expect(ImagewrightError.is(foreign)).toBe(true);
  expect(copy.ImagewrightError.is(new PlanError("no"))).toBe(true);
});
