import { describe, expect, inject, test } from "vitest";
import { output } from "./support/run.ts";

const { consumer } = inject("installed");

/** Runs a program in a process of its own; it prints what it finds as JSON. */
async function answer(type: "module" | "commonjs", program: string): Promise<unknown> {
  return JSON.parse(await output(process.execPath, [`--input-type=${type}`, "--eval", program], consumer));
}

const refusal = `memory().update("1bea47ed-f6a9-463b-b423-14b9cca9ad27", []).then(() => undefined, (error) => error)`;

describe("an error is of one class in all entries", () => {
  test("by import", async () => {
    const program = `
      import { HttpError, ImagewrightError } from "imagewright";
      import { memory } from "imagewright/memory";
      const error = await ${refusal};
      console.log(JSON.stringify([error instanceof HttpError, error instanceof ImagewrightError, error.code]));`;
    expect(await answer("module", program)).toEqual([true, true, "ERR_HTTP_NOT_FOUND"]);
  });

  test("by require", async () => {
    const program = `
      const { HttpError, ImagewrightError } = require("imagewright");
      const { memory } = require("imagewright/memory");
      ${refusal}.then((error) =>
        console.log(JSON.stringify([error instanceof HttpError, error instanceof ImagewrightError, error.code])));`;
    expect(await answer("commonjs", program)).toEqual([true, true, "ERR_HTTP_NOT_FOUND"]);
  });
});

test("ImagewrightError.is knows the errors of the other copy", async () => {
  const program = `
    import { createRequire } from "node:module";
    import * as imported from "imagewright";
    import { memory } from "imagewright/memory";
    const require = createRequire(process.cwd() + "/");
    const required = require("imagewright");
    const copies = {
      imported: { ...imported, memory },
      required: { ...required, memory: require("imagewright/memory").memory },
    };
    const errorOf = ({ memory }) => ${refusal};
    const found = {};
    for (const [thrower, copy] of Object.entries(copies)) {
      const error = await errorOf(copy);
      for (const [asker, { ImagewrightError, HttpError }] of Object.entries(copies)) {
        found[thrower + ", " + asker] = { is: ImagewrightError.is(error), instance: error instanceof HttpError };
      }
    }
    console.log(JSON.stringify(found));`;
  expect(await answer("module", program)).toEqual({
    "imported, imported": { is: true, instance: true },
    "imported, required": { is: true, instance: false },
    "required, imported": { is: true, instance: false },
    "required, required": { is: true, instance: true },
  });
});
