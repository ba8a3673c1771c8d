import { describe, expect, it } from "vitest";
import type { Backend, Source } from "../../../src/index.ts";
import {
  canDeliver,
  deliverableKinds,
  unsupportedByCloud,
} from "../../../src/reconcile/make-plan/can-deliver.ts";
import { cloud, dataOf } from "../support/cloud.ts";
import { importingCloud } from "../support/importing-cloud.ts";

const { create: _create, upload: _upload, download: _download, ...none } = cloud();
const { create, upload, download } = cloud();
const { imports } = importingCloud();
const region = "RegionOne";
const start = () => Promise.reject(new Error("nothing is made"));
const createFrom = { kinds: ["volumeId", "object"], start } as const;

const FILE: Source = { file: "a.raw" };
const WEB: Source = { webDownload: "https://example.org/a" };
const COPY: Source = { imageId: "i" };
const FAR: Source = { imageId: "i", region: "RegionTwo" };
const VOLUME: Source = { volumeId: "v" };
const OBJECT: Source = { object: "b:k" };
const SOURCES = { FILE, OWN: dataOf("data"), WEB, COPY, FAR, VOLUME, OBJECT };

const CLOUDS: readonly [title: string, Backend, sources: readonly string[], kinds: readonly string[]][] = [
  ["makes nothing", none, [], []],
  ["makes records without data", { ...none, create }, [], []],
  ["fills what others make", { ...none, upload, download, imports }, [], []],
  ["takes data", { ...none, create, upload }, ["FILE", "OWN"], ["file", "url", "open"]],
  [
    "takes data, and gives it",
    { ...none, create, upload, download },
    ["FILE", "OWN", "COPY"],
    ["file", "url", "open", "imageId"],
  ],
  ["gives data only", { ...none, create, download }, [], []],
  ["fetches data itself", { ...none, create, imports }, ["WEB", "FAR"], ["webDownload"]],
  [
    "makes images of its volumes and objects",
    { ...none, createFrom },
    ["VOLUME", "OBJECT"],
    ["volumeId", "object"],
  ],
  [
    "makes images of its images and in all other ways",
    { ...none, create, upload, download, imports, createFrom: { kinds: ["imageId"], start } },
    ["FILE", "OWN", "WEB", "COPY", "FAR"],
    ["file", "url", "open", "webDownload", "imageId"],
  ],
];

describe.each(CLOUDS)("a cloud that %s", (_title, backend, sources, kinds) => {
  const here = { ...backend, region };
  it("brings in what it has a way for", () => {
    const found = Object.entries(SOURCES).filter(([, source]) => canDeliver(source, here));
    expect(found.map(([name]) => name)).toEqual(sources);
  });
  it("says so by the names of the fields", () => {
    expect(deliverableKinds(here)).toEqual(kinds);
  });
});

describe("data that doesn't pass through this process", () => {
  const all = { ...none, create, upload, download, imports, createFrom, region };
  const unsupported = (source: Source | undefined, fields: object, backend: Backend = all) =>
    unsupportedByCloud({ name: "debian", ...(source === undefined ? {} : { source }), ...fields }, backend);

  it.each([
    ["is decompressed by nobody", { decompress: true }, "decompress"],
    ["is decompressed by nobody, whatever the codec", { decompress: "gzip", convert: true }, "decompress"],
    ["is converted by nobody", { decompress: false, convert: true }, "convert"],
    ["is right as it is", { convert: false }, undefined],
  ])("%s", (_what, fields, expected) => {
    for (const source of [WEB, FAR, VOLUME]) expect(unsupported(source, fields)).toBe(expected);
    for (const source of [FILE, COPY, undefined]) expect(unsupported(source, fields)).toBeUndefined();
  });
  it("is a matter for who has it", () => {
    expect(unsupported(VOLUME, { decompress: true }, { ...none, create, upload, region })).toBeUndefined();
  });
});
