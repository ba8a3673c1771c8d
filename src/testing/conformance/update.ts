import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Backend, MetadataOperation } from "../../backends/backend.ts";
import { applyOperations, forcesReplacement, type Image, needsData, type Rules } from "../../model/index.ts";
import {
  assertFields,
  assertRefused,
  assertSameButForTime,
  assertSameImage,
  FORBIDDEN,
  NOT_FOUND,
  present,
} from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { activated, made, settled } from "./reading.ts";
import type { Sampler } from "./sampler.ts";
import { attribute, DATA, data, property } from "./samples.ts";

/** 4: `update`. */
export const updateClauses: readonly Clause[] = [
  clause(
    "4.1",
    "update applies operations of every kind, and returns the image after them",
    ["image"],
    async (backend, expected) => {
      const { sample } = expected;
      const fields = sample.has("properties") ? { properties: { a: "1", b: "2" } } : {};
      const image = await made(backend, expected, { ...fields, tags: ["x", "y"] });
      const operations = everyKind(sample, image, backend.rules);
      const changed = await backend.update(image.id, operations);
      const after = applyOperations(image, operations);
      assertSameButForTime(withSortedTags(changed), withSortedTags(after));
      assertSameImage(await backend.get(image.id), changed);
    },
  ),

  clause("4.2", "update keeps what no operation names", ["image"], async (backend, expected) => {
    const { sample } = expected;
    const created = await made(backend, expected, { tags: ["x"], minDiskGb: sample.values.minDiskGb });
    const change = sample.change("added");
    const changed = await backend.update(created.id, [change]);
    assertSameButForTime(withSortedTags(changed), withSortedTags(applyOperations(created, [change])));
  }),

  clause("4.3", "update is harmless when repeated", ["image"], async (backend, expected) => {
    const { sample } = expected;
    const { name, tag } = sample;
    const fields = sample.has("properties") ? { properties: { gone: "1" } } : {};
    const { id } = await made(backend, expected, { ...fields, tags: ["gone"] });
    const operations: readonly MetadataOperation[] = [
      attribute("name", name(`renamed ${id}`)),
      { kind: "property", op: "add", name: "added", to: "1" },
      { kind: "property", op: "delete", name: "gone" },
      { kind: "tag", op: "add", tag: tag("added") },
      { kind: "tag", op: "delete", tag: tag("gone") },
    ];
    const possible = operations.filter((operation) => isPossible(operation, sample));
    const once = await backend.update(id, possible);
    assertSameButForTime(await backend.update(id, possible), once);
  }),

  clause("4.4", "update applies none when one of them is refused", ["image"], async (backend, expected) => {
    const { sample } = expected;
    const created = await made(backend, expected);
    const operations = [sample.change("first"), attribute("id", randomUUID()), sample.change("last")];
    await assertRefused(backend.update(created.id, operations), FORBIDDEN);
    assertSameImage(await backend.get(created.id), created);
  }),

  clause(
    "4.5",
    "update changes a format only while there is no data",
    ["create", "upload", "diskFormat"],
    async (backend, { sample }) => {
      const { id, diskFormat = "" } = await backend.create(sample.newImage());
      const isFixed = forcesReplacement("diskFormat", "queued", backend.rules);
      const format = otherFormat(backend);
      const first = backend.update(id, [attribute("diskFormat", format)]);
      if (isFixed) await assertRefused(first, FORBIDDEN);
      else assertFields(await first, { diskFormat: format });
      await backend.upload(id, data(DATA));
      await settled(backend, id, "active");
      const other = isFixed ? format : "raw";
      await assertRefused(backend.update(id, [attribute("diskFormat", other)]), FORBIDDEN);
      const after = { diskFormat: isFixed ? diskFormat : format, status: "active" };
      assertFields((await backend.get(id)) ?? {}, after);
    },
  ),

  clause("4.6", "update leaves data alone", ["active image"], async (backend, expected) => {
    const image = await activated(backend, expected, DATA);
    const { sizeBytes, checksum, hashValue, status } = image;
    const after = await backend.update(image.id, [expected.sample.change("added")]);
    assertFields(after, { status, ...present({ sizeBytes, checksum, hashValue }) });
  }),

  clause("4.7", "update of a gone image is refused with 404", ["image"], async (backend, expected) => {
    const { id } = await made(backend, expected);
    await backend.delete(id);
    for (const gone of [id, randomUUID()]) {
      await assertRefused(backend.update(gone, [expected.sample.change("a")]), NOT_FOUND);
    }
    assert.equal(await backend.get(id), undefined);
  }),
];

/** Any data may be a ploop image, as far as clouds can tell; one that knows no ploop looks into nothing. */
function otherFormat({ spec }: Backend): string {
  return spec.safeParse({ name: "debian-13", containerFormat: "bare", diskFormat: "ploop" }).success
    ? "ploop"
    : "iso";
}

/** Operations of every kind that the image takes. */
function everyKind(sample: Sampler, { id, status }: Image, rules: Rules): readonly MetadataOperation[] {
  const { name, tag } = sample;
  const operations: readonly MetadataOperation[] = [
    attribute("name", name(`renamed ${id}`)),
    attribute("minRamMb", sample.values.minRamMb),
    attribute("description", sample.values.description),
    attribute("protected", true),
    { kind: "property", op: "update", name: "a", to: "changed" },
    { kind: "property", op: "delete", name: "b" },
    property("c/~ü", ""),
    { kind: "tag", op: "add", tag: tag("z") },
    { kind: "tag", op: "delete", tag: tag("x") },
  ];
  return operations.filter(
    (operation) =>
      isPossible(operation, sample) &&
      !(status === "queued" && needsData(operation, rules)) &&
      !(operation.kind === "attribute" && forcesReplacement(operation.name, status, rules)),
  );
}

/** Whether the cloud's images have what is changed. */
function isPossible(operation: MetadataOperation, { has }: Sampler): boolean {
  switch (operation.kind) {
    case "attribute":
      return has(operation.name);
    case "property":
      return has("properties");
    case "tag":
      return has("tags");
    default:
      return operation satisfies never;
  }
}

function withSortedTags(image: Image): Image {
  return { ...image, tags: [...image.tags].sort() };
}
