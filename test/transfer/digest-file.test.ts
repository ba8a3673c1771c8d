import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { isComputable } from "../../src/transfer/digest.ts";
import { digestFile } from "../../src/transfer/index.ts";
import { digestOf, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const DATA = someBytes(1_000_000);

let path = "";

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-digest-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  path = join(folder, "image");
  await writeFile(path, DATA);
});

it.each(["md5", "sha256", "sha512"])("a file's %s is that of its bytes", async (algorithm) => {
  expect(await digestFile({ file: path }, algorithm)).toBe(digestOf(algorithm, DATA));
});

it("a missing file is ERR_SPEC_INVALID", async () => {
  expect(await rejectionOf(digestFile({ file: `${path}.missing` }, "md5"))).toMatchObject({
    code: "ERR_SPEC_INVALID",
  });
});

it.each<[string, (controller: AbortController) => void]>([
  ["before", (controller) => controller.abort("enough")],
  ["while it is read", (controller) => setImmediate(() => controller.abort("enough"))],
])("an abort %s rejects with its own reason and closes the file", async (_when, abort) => {
  const before = (await readdir("/proc/self/fd")).length;
  const controller = new AbortController();
  abort(controller);
  expect(await rejectionOf(digestFile({ file: path }, "md5", controller.signal))).toBe("enough");
  expect((await readdir("/proc/self/fd")).length).toBe(before);
});

it("an algorithm that Node.js lacks closes the file", async () => {
  const before = (await readdir("/proc/self/fd")).length;
  expect(await rejectionOf(digestFile({ file: path }, "rot13"))).toBeInstanceOf(Error);
  expect((await readdir("/proc/self/fd")).length).toBe(before);
});

it("it is known which algorithms can be computed", () => {
  expect(["md5", "SHA512", "sha256", "rot13", "toString"].map(isComputable)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
