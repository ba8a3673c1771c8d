import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import { collected } from "../../src/testing/conformance/reading.ts";
import { DATA, data, newImage } from "../../src/testing/conformance/samples.ts";
import { complete } from "../support/complete.ts";

const SCRIPT = fileURLToPath(new URL("directory.process.ts", import.meta.url));

describe("processes that share a folder", { timeout: 30_000 }, () => {
  it("lose no change when two of them change one image", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage({ properties: {} }));
    const writers = ["one", "two"];
    await Promise.all(writers.map((writer) => run("add-properties", path, id, writer)));
    const expected = writers.flatMap((writer) =>
      Array.from({ length: 50 }, (_, count) => `${writer}-${count}`),
    );
    expect(Object.keys((await backend.get(id))?.properties ?? {}).sort()).toEqual(expected.sort());
    expect(await readdir(path)).toEqual([id]);
    expect(await readdir(join(path, id))).toEqual(["image.json"]);
  });

  it("make an image once when all of them create it", async () => {
    const { path, backend } = await setUp();
    const id = randomUUID();
    const own = Array.from({ length: 20 }, () => complete(directory(path)).create(newImage({ id })));
    const results = await Promise.allSettled(own);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const others = await Promise.all([run("create", path, id), run("create", path, id)]);
    for (const other of others) expect(other).toMatchObject({ error: { code: "ERR_HTTP_CONFLICT" } });
    const fresh = randomUUID();
    const racing = await Promise.all(["create", "create", "create"].map((task) => run(task, path, fresh)));
    expect(racing.filter((result) => !hasError(result))).toHaveLength(1);
    expect(await backend.get(fresh)).toMatchObject({ id: fresh, status: "queued" });
  });

  it.each(["upload", "delete"] as const)("take up an image whose upload was killed: %s", async (next) => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await killedUpload(path, id);
    expect(await readdir(join(path, id))).toHaveLength(2);
    expect(await backend.get(id)).toMatchObject({ id, status: "queued" });
    if (next === "delete") {
      await backend.delete(id);
      expect(await readdir(path)).toEqual([`.${id}.deleted`]);
      return;
    }
    await backend.upload(id, data(DATA));
    expect((await readdir(join(path, id))).sort()).toEqual(["data", "image.json"]);
    const { chunks } = await backend.download(id);
    expect(Buffer.compare(await collected(chunks), DATA)).toBe(0);
  });
});

describe("a process that uses a folder", { timeout: 30_000 }, () => {
  it("gets no handler for its end before it writes", async () => {
    const { path } = await setUp();
    expect(await run("count-listeners", path, randomUUID())).toMatchObject({ afterReading: 0 });
  });

  it.skipIf(process.platform === "win32").each(["the folder", "its parent"])(
    "is told when %s may not be written",
    async (which) => {
      const { path } = await setUp();
      const parent = join(path, "..");
      if (which === "the folder") await mkdir(path);
      await chmod(which === "the folder" ? path : parent, 0o555);
      await chmod(parent, 0o555);
      const id = randomUUID();
      expect(await run("create-unprivileged", path, id)).toMatchObject({
        error: {
          code: "ERR_HTTP_FORBIDDEN",
          message: expect.stringMatching(
            `^Creation of image ${id} in ${path} failed: EACCES: permission denied`,
          ),
        },
      });
    },
  );
});

/** Runs a task in a process of its own, and returns what it found. */
async function run(...args: readonly string[]): Promise<unknown> {
  const child = start(args);
  const lines: string[] = [];
  for await (const line of linesOf(child)) lines.push(line);
  return JSON.parse(lines.at(-1) ?? "");
}

async function killedUpload(path: string, id: string): Promise<void> {
  const child = start(["upload-and-stall", path, id]);
  for await (const line of linesOf(child)) {
    expect(line).toBe('"stalled"');
    break;
  }
  child.kill("SIGKILL");
  await once(child, "exit");
}

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (stdout === null) throw new Error("the process has no output");
  return createInterface(stdout);
}

function hasError(result: unknown): boolean {
  return typeof result === "object" && result !== null && "error" in result;
}

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-directory-"));
  onTestFinished(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  });
  const path = join(folder, "images");
  return { path, backend: complete(directory(path)) };
}
