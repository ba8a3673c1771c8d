/** Several processes that write to one image at a time: Glance answers 200 to all of them, and keeps the last. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { authOf, managerOf } from "./support/cloud.ts";
import { imageName } from "./support/names.ts";

const script = join(import.meta.dirname, "support/writer.process.ts");

async function write(name: string, names: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [script], {
    env: {
      WRITER_TASK: JSON.stringify({ name, names }),
      WRITER_OPTIONS: JSON.stringify({ auth: authOf("demo") }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return (JSON.parse(output) as { lost: string[] }).lost;
}

test("of 40 properties that four processes add to one image, 40 are there, or a typed error named them", async () => {
  const name = imageName();
  const images = await managerOf("demo");
  await images.apply({ name, containerFormat: "bare", diskFormat: "raw" });
  const writers = ["a", "b", "c", "d"].map((writer) =>
    Array.from({ length: 10 }, (_, index) => `writer_${writer}_${index}`),
  );
  const lost = (await Promise.all(writers.map((names) => write(name, names)))).flat();
  const { properties } = await images.find({ name });
  const missing = writers.flat().filter((property) => properties[property] === undefined);
  expect(missing.filter((property) => !lost.includes(property))).toEqual([]);
  expect(missing.length).toBeLessThanOrEqual(lost.length);
});
