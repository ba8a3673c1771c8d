import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Backend, MetadataOperation } from "../../backends/backend.ts";
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
import { settled, stored } from "./reading.ts";
import { attribute, DATA, data, FORMATS, newImage, property } from "./samples.ts";

/** 4: `update`. */
export const updateClauses: readonly Clause[] = [
  clause(
    "4.1",
    "update applies operations of every kind, and returns the image after them",
    ["create"],
    async (backend) => {
      const { id } = await backend.create(newImage({ properties: { a: "1", b: "2" }, tags: ["x", "y"] }));
      const changed = await backend.update(id, [
        attribute("name", "renamed"),
        attribute("minRamMb", 512),
        attribute("protected", true),
        { kind: "property", op: "update", name: "a", to: "changed" },
        { kind: "property", op: "delete", name: "b" },
        property("c/~ü", ""),
        { kind: "tag", op: "add", tag: "z" },
        { kind: "tag", op: "delete", tag: "x" },
      ]);
      assertFields(changed, { id, name: "renamed", minRamMb: 512, protected: true, status: "queued" });
      assert.deepEqual({ ...changed.properties }, { a: "changed", "c/~ü": "" });
      assert.deepEqual([...changed.tags].sort(), ["y", "z"]);
      assertSameImage(await backend.get(id), changed);
    },
  ),

  clause("4.2", "update keeps what no operation names", ["create"], async (backend) => {
    const created = await backend.create(newImage({ tags: ["x"], minDiskGb: 3 }));
    const changed = await backend.update(created.id, [property("added", "yes")]);
    assertSameButForTime(changed, { ...created, properties: { ...created.properties, added: "yes" } });
  }),

  clause("4.3", "update is harmless when repeated", ["create"], async (backend) => {
    const { id } = await backend.create(newImage({ properties: { gone: "1" }, tags: ["gone"] }));
    const operations: readonly MetadataOperation[] = [
      attribute("name", "renamed"),
      property("added", "1"),
      { kind: "property", op: "delete", name: "gone" },
      { kind: "tag", op: "add", tag: "added" },
      { kind: "tag", op: "delete", tag: "gone" },
    ];
    const once = await backend.update(id, operations);
    assertSameButForTime(await backend.update(id, operations), once);
  }),

  clause("4.4", "update applies none when one of them is refused", ["create"], async (backend) => {
    const created = await backend.create(newImage());
    const operations = [property("first", "1"), attribute("id", randomUUID()), property("last", "1")];
    await assertRefused(backend.update(created.id, operations), FORBIDDEN);
    assertSameImage(await backend.get(created.id), created);
  }),

  clause(
    "4.5",
    "update changes a format only while there is no data",
    ["create", "upload"],
    async (backend) => {
      const { id } = await backend.create(newImage());
      const diskFormat = otherFormat(backend);
      assertFields(await backend.update(id, [attribute("diskFormat", diskFormat)]), { diskFormat });
      await backend.upload(id, data(DATA));
      await settled(backend, id, "active");
      await assertRefused(backend.update(id, [attribute("diskFormat", "raw")]), FORBIDDEN);
      assertFields((await backend.get(id)) ?? {}, { diskFormat, status: "active" });
    },
  ),

  clause("4.6", "update leaves data alone", ["create", "upload"], async (backend) => {
    const { id, sizeBytes, checksum, hashValue, status } = await stored(backend, DATA);
    const after = await backend.update(id, [property("added", "1")]);
    assertFields(after, { status, ...present({ sizeBytes, checksum, hashValue }) });
  }),

  clause("4.7", "update of a gone image is refused with 404", ["create"], async (backend) => {
    const { id } = await backend.create(newImage());
    await backend.delete(id);
    for (const gone of [id, randomUUID()]) {
      await assertRefused(backend.update(gone, [property("a", "1")]), NOT_FOUND);
    }
    assert.equal(await backend.get(id), undefined);
  }),
];

/** Any data may be a ploop image, as far as clouds can tell; one that knows no ploop looks into nothing. */
function otherFormat({ spec }: Backend): string {
  return spec.safeParse({ name: "debian-13", ...FORMATS, diskFormat: "ploop" }).success ? "ploop" : "iso";
}
