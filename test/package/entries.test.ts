import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { entries } from "./support/entries.ts";
import { observe, ways } from "./support/observe.ts";

const { consumer } = inject("installed");

/** zod's own: its registry and its configuration are one for all copies of zod. */
const globalsOfZod = ["__zod_globalConfig", "__zod_globalRegistry"];

describe.each(ways)("by %s", (way) => {
  test.each(entries)("%s has exports, and loading it does nothing else", async (entry) => {
    const { names, before, after } = await observe(way, entry, consumer);
    expect(names).not.toEqual([]);
    const globals = after.globals.filter((name) => !globalsOfZod.includes(name));
    expect({ ...after, globals }).toEqual(before);
  });

  test("imagewright loads no cloud's code", async () => {
    const { loaded } = await observe(way, "imagewright", consumer);
    const own = loaded.filter((path) => path.includes("/node_modules/imagewright/"));
    expect(own.length).toBeGreaterThan(0);
    for (const path of own) {
      const text = await readFile(path, "utf8");
      expect(/x-(auth|subject)-token|auth\/tokens|clouds\.yaml/i.exec(text)?.[0], path).toBeUndefined();
    }
    const packages = loaded.flatMap(
      (path) => /node_modules\/([^/]+)\//.exec(relative(consumer, path))?.[1] ?? [],
    );
    expect([...new Set(packages)].sort()).toEqual([
      "eventemitter3",
      "imagewright",
      "p-limit",
      "yocto-queue",
      "zod",
    ]);
  });

  test("a cloud's code is where the check above would find it", async () => {
    const { loaded } = await observe(way, "imagewright/openstack", consumer);
    const texts = await Promise.all(
      loaded
        .filter((path) => path.includes("/node_modules/imagewright/"))
        .map((path) => readFile(path, "utf8")),
    );
    expect(texts.some((text) => /x-subject-token/i.test(text))).toBe(true);
  });
});

test.each(entries)("%s exports the same by import and by require", async (entry) => {
  const [imported, required] = await Promise.all(ways.map((way) => observe(way, entry, consumer)));
  expect(required?.names).toEqual(imported?.names);
});

test("a package that does something when it is loaded is found", async () => {
  const { before, after } = await observe("require", "proper-lockfile", consumer);
  expect(after).not.toEqual(before);
});
