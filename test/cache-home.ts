/** Downloads are kept in a folder of the test file's own, not in that of whoever runs the tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "imagewright-cache-"));
process.env["XDG_CACHE_HOME"] = directory;
afterAll(() => rmSync(directory, { recursive: true, force: true }));
