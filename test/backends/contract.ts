import { createHash, randomUUID } from "node:crypto";
import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import type {
  Backend,
  CallOptions,
  ImageData,
  Members,
  MetadataOperation,
} from "../../src/backends/backend.ts";
import { type Image, type ImageQuery, matchesQuery, type NewImage } from "../../src/model/index.ts";

/** What a backend does differently, on purpose. */
export interface Expectations {
  /** The capabilities that it lacks. Default: none. */
  readonly lacks?: readonly ("download" | "members" | "deactivate" | "reactivate")[];
  /** The digests that it reports of stored data. Default: both. */
  readonly digests?: readonly ("md5" | "sha512")[];
  /** How it refuses an upload whose image was deleted meanwhile. Default: 404. */
  readonly deletedMeanwhile?: 404 | 410;
  /** What comes of ending the sharing of a gone image. Default: 404. */
  readonly removalFromGone?: 404 | "nothing";
}

/** A backend with every capability. */
export type Subject = Backend & Required<Pick<Backend, (typeof CAPABILITIES)[number]>>;

const CAPABILITIES = ["create", "upload", "download", "members", "deactivate", "reactivate"] as const;

/**
 * Checks everything that the contract promises, each clause on a cloud of its own.
 *
 * @param factory - makes an empty cloud; what has to be closed, it hands to vitest's `onTestFinished`.
 */
export function backendContract(
  name: string,
  factory: () => Backend | Promise<Backend>,
  {
    lacks = [],
    digests = ["md5", "sha512"],
    deletedMeanwhile = 404,
    removalFromGone = 404,
  }: Expectations = {},
): void {
  const clause = (title: string, check: (backend: Subject) => Promise<void>): void => {
    it(title, async () => check(complete(await factory())));
  };

  describe(`the backend contract, kept by ${name}`, () => {
    it("0.1 has a name, and the capabilities that are expected", async () => {
      const backend = await factory();
      expect(backend.name).toMatch(/^[a-z]+$/);
      for (const capability of CAPABILITIES) {
        expect(backend[capability] === undefined, capability).toBe(
          lacks.some((lacking) => lacking === capability),
        );
      }
    });

    describe("create", () => {
      clause("1.1 returns the record as given, queued", async (backend) => {
        const image = newImage({
          properties: { os_distro: "debian", empty: "" },
          tags: ["a", "b"],
          minDiskGb: 2,
        });
        expect(await backend.create(image)).toMatchObject({ ...image, status: "queued" });
      });
      clause("1.2 fills in the defaults of a creation", async (backend) => {
        expect(await backend.create({ id: randomUUID(), ...FORMATS, name: "bare" })).toMatchObject({
          visibility: "private",
          minDiskGb: 0,
          minRamMb: 0,
          properties: {},
          tags: [],
        });
      });
      clause("1.3 is seen at once by get and list", async (backend) => {
        const image = await backend.create(newImage());
        expect(await backend.get(image.id)).toEqual(image);
        expect(await listed(backend, { name: image.name })).toEqual([image]);
      });
      clause("1.4 refuses an id that is there with 409, and changes nothing", async (backend) => {
        const first = await backend.create(newImage());
        await expect(backend.create(newImage({ id: first.id, tags: ["second"] }))).rejects.toMatchObject(
          CONFLICT,
        );
        expect(await backend.get(first.id)).toEqual(first);
      });
      clause("1.5 refuses the id of a deleted image with 409", async (backend) => {
        const image = newImage();
        await backend.create(image);
        await backend.delete(image.id);
        await expect(backend.create(image)).rejects.toMatchObject(CONFLICT);
        expect(await backend.get(image.id)).toBeUndefined();
      });
      clause("1.6 lets one of many creations of an id win", async (backend) => {
        const image = newImage();
        const results = await Promise.allSettled(Array.from({ length: 20 }, () => backend.create(image)));
        const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
        expect(failures).toHaveLength(19);
        for (const failure of failures) expect(failure).toMatchObject(CONFLICT);
      });
      clause("1.7 says when, to the second and in UTC, and nothing of data", async (backend) => {
        const image = await backend.create(newImage());
        expect(image.createdAt).toMatch(RFC_3339);
        expect(image.updatedAt).toMatch(RFC_3339);
        expect(image.checksum).toBeUndefined();
        expect(image.hashValue).toBeUndefined();
        expect(image.sizeBytes ?? 0).toBe(0);
      });
      clause("1.8 keeps no hold of what it was given or returned", async (backend) => {
        const tags = ["a"];
        const image = newImage({ tags });
        const created = await backend.create(image);
        tags.push("b");
        Object.assign(created.properties, { later: "yes" });
        expect(await backend.get(image.id)).toMatchObject({
          tags: ["a"],
          properties: { os_distro: "debian" },
        });
      });
      clause("1.9 allows two images of one name", async (backend) => {
        const [first, second] = [newImage(), newImage()];
        await backend.create(first);
        await backend.create({ ...second, name: first.name });
        const ids = (await listed(backend, { name: first.name })).map(({ id }) => id);
        expect(ids.sort()).toEqual([first.id, second.id].sort());
      });
    });

    describe("get", () => {
      clause("2.1 of an unknown id is undefined", async (backend) => {
        expect(await backend.get(randomUUID())).toBeUndefined();
      });
      clause("2.2 of what isn't an id is undefined", async (backend) => {
        for (const id of ["no-uuid", "..", "%2e%2e", "a/b"])
          expect(await backend.get(id), id).toBeUndefined();
      });
      clause("2.3 of a deleted image is undefined", async (backend) => {
        const { id } = await backend.create(newImage());
        await backend.delete(id);
        expect(await backend.get(id)).toBeUndefined();
      });
    });

    describe("list", () => {
      clause("3.1 of nothing is empty", async (backend) => {
        expect(await listed(backend, { name: `nothing ${randomUUID()}` })).toEqual([]);
      });
      clause("3.2 without a query yields every image, hidden ones too", async (backend) => {
        const images = await Promise.all([
          backend.create(newImage()),
          backend.create(newImage({ hidden: true })),
          backend.create(newImage({ visibility: "shared" })),
        ]);
        const found = (await listed(backend, {})).map(({ id }) => id);
        expect(found).toEqual(expect.arrayContaining(images.map(({ id }) => id)));
        expect(new Set(found).size).toBe(found.length);
      });
      clause("3.3 leaves out what was deleted", async (backend) => {
        const { id, name } = await backend.create(newImage());
        await backend.delete(id);
        expect(await listed(backend, { name })).toEqual([]);
      });
      const mark = {
        properties: { mark: 'it\'s "one" & ü' },
        tags: ["alpha", "beta"],
        name: "in:x,y {z}: 100%",
      };
      const filters: readonly (readonly [string, ImageQuery])[] = [
        ["name", { name: mark.name }],
        ["namePattern", { namePattern: /^in:.*%$/ }],
        ["tags", { tags: ["beta", "alpha"] }],
        ["properties", { properties: mark.properties }],
        ["hidden", { hidden: true }],
        ["visibility", { visibility: "shared" }],
        ["several keys", { name: mark.name, tags: ["alpha"], hidden: true, status: "queued" }],
      ];
      for (const [key, query] of filters) {
        clause(`3.4 finds by ${key}`, async (backend) => {
          const image = newImage({ ...mark, hidden: true, visibility: "shared" });
          await backend.create(newImage({ tags: ["alpha"] }));
          await backend.create(image);
          await backend.create(newImage({ name: "in", properties: { mark: "other" } }));
          expect((await listed(backend, query)).map(({ id }) => id)).toEqual([image.id]);
        });
      }
      clause("3.5 finds by id, in either case, and by status", async (backend) => {
        const [image, active] = [await backend.create(newImage()), await stored(backend, DATA)];
        const ids = async (query: ImageQuery) => (await listed(backend, query)).map(({ id }) => id);
        expect(await ids({ id: image.id.toUpperCase() })).toEqual([image.id]);
        expect(await ids({ status: "queued" })).toEqual([image.id]);
        expect(await ids({ status: "active" })).toEqual([active.id]);
        expect(await ids({ status: "killed" })).toEqual([]);
      });
      clause("3.6 yields many images, each once", async (backend) => {
        const name = `many ${randomUUID()}`;
        for (let count = 0; count < 30; count++) await backend.create(newImage({ name }));
        const ids = (await listed(backend, { name })).map(({ id }) => id);
        expect(ids).toHaveLength(30);
        expect(new Set(ids).size).toBe(30);
      });
      clause("3.7 can be left early", async (backend) => {
        await backend.create(newImage());
        await backend.create(newImage());
        let seen = 0;
        for await (const _image of backend.list({})) {
          seen++;
          break;
        }
        expect(seen).toBe(1);
      });
    });

    describe("update", () => {
      clause("4.1 applies operations of every kind, and returns the image after them", async (backend) => {
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
        expect(changed).toMatchObject({
          id,
          name: "renamed",
          minRamMb: 512,
          protected: true,
          status: "queued",
        });
        expect(changed.properties).toEqual({ a: "changed", "c/~ü": "" });
        expect([...changed.tags].sort()).toEqual(["y", "z"]);
        expect(await backend.get(id)).toEqual(changed);
      });
      clause("4.2 keeps what no operation names", async (backend) => {
        const created = await backend.create(newImage({ tags: ["x"], minDiskGb: 3 }));
        const changed = await backend.update(created.id, [property("added", "yes")]);
        expect({ ...changed, updatedAt: undefined }).toEqual({
          ...created,
          properties: { ...created.properties, added: "yes" },
          updatedAt: undefined,
        });
      });
      clause("4.3 is harmless when repeated", async (backend) => {
        const { id } = await backend.create(newImage({ properties: { gone: "1" }, tags: ["gone"] }));
        const operations: readonly MetadataOperation[] = [
          attribute("name", "renamed"),
          property("added", "1"),
          { kind: "property", op: "delete", name: "gone" },
          { kind: "tag", op: "add", tag: "added" },
          { kind: "tag", op: "delete", tag: "gone" },
        ];
        const once = await backend.update(id, operations);
        const twice = await backend.update(id, operations);
        expect({ ...twice, updatedAt: undefined }).toEqual({ ...once, updatedAt: undefined });
      });
      clause("4.4 applies none when one of them is refused", async (backend) => {
        const created = await backend.create(newImage());
        const operations = [property("first", "1"), attribute("id", randomUUID()), property("last", "1")];
        await expect(backend.update(created.id, operations)).rejects.toMatchObject(FORBIDDEN);
        expect(await backend.get(created.id)).toEqual(created);
      });
      clause("4.5 changes a format only while there is no data", async (backend) => {
        const { id } = await backend.create(newImage());
        // Any data may be a ploop image, as far as clouds can tell.
        expect(await backend.update(id, [attribute("diskFormat", "ploop")])).toMatchObject({
          diskFormat: "ploop",
        });
        await backend.upload(id, data(DATA));
        await active(backend, id);
        await expect(backend.update(id, [attribute("diskFormat", "raw")])).rejects.toMatchObject(FORBIDDEN);
        expect(await backend.get(id)).toMatchObject({ diskFormat: "ploop", status: "active" });
      });
      clause("4.6 leaves data alone", async (backend) => {
        const before = await stored(backend, DATA);
        const { sizeBytes, checksum, hashValue, status } = before;
        const after = await backend.update(before.id, [property("added", "1")]);
        expect(after).toMatchObject({ status, ...pruned({ sizeBytes, checksum, hashValue }) });
      });
      clause("4.7 of a gone image is refused with 404", async (backend) => {
        const { id } = await backend.create(newImage());
        await backend.delete(id);
        await expect(backend.update(id, [property("a", "1")])).rejects.toMatchObject(NOT_FOUND);
        await expect(backend.update(randomUUID(), [property("a", "1")])).rejects.toMatchObject(NOT_FOUND);
        expect(await backend.get(id)).toBeUndefined();
      });
    });

    describe("upload", () => {
      clause("5.1 makes the image active, with the size and the digests of the data", async (backend) => {
        const image = await stored(backend, DATA);
        expect(image).toMatchObject({ status: "active", sizeBytes: DATA.length });
        if (digests.includes("md5")) expect(image.checksum).toBe(hex("md5", DATA));
        if (digests.includes("sha512")) {
          expect(image).toMatchObject({ hashAlgorithm: "sha512", hashValue: hex("sha512", DATA) });
        }
      });
      clause("5.2 needs no size", async (backend) => {
        const { id } = await backend.create(newImage());
        await backend.upload(id, { ...data(DATA), sizeBytes: undefined });
        expect(await active(backend, id)).toMatchObject({ sizeBytes: DATA.length });
      });
      clause("5.3 takes data of no bytes", async (backend) => {
        expect(await stored(backend, new Uint8Array())).toMatchObject({ status: "active", sizeBytes: 0 });
      });
      clause(
        "5.4 is done with a chunk when it gives it back, which it does at most once",
        async (backend) => {
          const { id } = await backend.create(newImage());
          const chunks = [1, 2, 3].map((byte) => Buffer.alloc(65_536, byte));
          const expected = Buffer.concat(chunks);
          const released: Uint8Array[] = [];
          await backend.upload(id, {
            sizeBytes: expected.length,
            chunks: (async function* () {
              yield* chunks;
            })(),
            release: (chunk) => released.push(chunk.fill(255)),
          });
          const { checksum } = await active(backend, id);
          expect(new Set(released).size).toBe(released.length);
          if (digests.includes("md5")) expect(checksum).toBe(hex("md5", expected));
        },
      );
      clause(
        "5.5 ends with the very error of its chunks, and leaves the image queued and empty",
        async (backend) => {
          const { id } = await backend.create(newImage());
          const error = new Error("the source broke");
          const upload = backend.upload(id, { sizeBytes: DATA.length, chunks: failing(error) });
          expect(await failure(upload)).toBe(error);
          await emptied(backend, id);
          await backend.upload(id, data(DATA));
          expect(await active(backend, id)).toMatchObject({ sizeBytes: DATA.length });
        },
      );
      clause("5.6 ends early when aborted between chunks, and leaves the image queued", async (backend) => {
        const { id } = await backend.create(newImage());
        const controller = new AbortController();
        const reason = new Error("enough");
        const chunks = (async function* () {
          yield DATA.subarray(0, 10);
          controller.abort(reason);
          yield DATA.subarray(10);
        })();
        const { signal } = controller;
        expect(await failure(backend.upload(id, { sizeBytes: DATA.length, chunks }, { signal }))).toBe(
          reason,
        );
        expect(getEventListeners(signal, "abort")).toEqual([]);
        await emptied(backend, id);
      });
      clause(
        "5.7 ends early when aborted while a chunk is awaited, and takes data again",
        async (backend) => {
          const { id } = await backend.create(newImage());
          const controller = new AbortController();
          const reason = new Error("enough");
          const source = stalling();
          const { signal } = controller;
          const upload = failure(
            backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks }, { signal }),
          );
          await source.stalled;
          controller.abort(reason);
          expect(await upload).toBe(reason);
          source.resume();
          expect(getEventListeners(signal, "abort")).toEqual([]);
          await emptied(backend, id);
          await backend.upload(id, data(DATA));
          expect(await active(backend, id)).toMatchObject({ sizeBytes: DATA.length });
        },
      );
      clause("5.8 to an image with data is refused with 409, and keeps the data", async (backend) => {
        const image = await stored(backend, DATA);
        await expect(backend.upload(image.id, data(new Uint8Array(5)))).rejects.toMatchObject(CONFLICT);
        expect(await backend.get(image.id)).toEqual(image);
      });
      clause("5.9 is refused with 409 while another is under way, which ends well", async (backend) => {
        const { id } = await backend.create(newImage());
        const source = stalling();
        const first = backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks });
        await source.stalled;
        await expect(backend.upload(id, data(new Uint8Array(5)))).rejects.toMatchObject(CONFLICT);
        source.resume();
        await first;
        expect(await active(backend, id)).toMatchObject({ sizeBytes: DATA.length });
      });
      clause("5.10 to a gone image is refused with 404, and reads no chunk", async (backend) => {
        const { id } = await backend.create(newImage());
        await backend.delete(id);
        for (const gone of [id, randomUUID(), "no-uuid"]) {
          const chunks = vi.fn(() => data(DATA).chunks[Symbol.asyncIterator]());
          const upload = backend.upload(gone, { sizeBytes: 3, chunks: { [Symbol.asyncIterator]: chunks } });
          await expect(upload).rejects.toMatchObject(NOT_FOUND);
          expect(chunks).not.toHaveBeenCalled();
        }
      });
      clause(
        `5.11 ends with ${deletedMeanwhile} when the image is deleted meanwhile, which stays deleted`,
        async (backend) => {
          const { id } = await backend.create(newImage());
          const source = stalling();
          const upload = failure(backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks }));
          await source.stalled;
          await backend.delete(id);
          source.resume();
          expect(await upload).toMatchObject({ ...NOT_FOUND, status: deletedMeanwhile });
          expect(await backend.get(id)).toBeUndefined();
        },
      );
    });

    describe.skipIf(lacks.includes("download"))("download", () => {
      clause("6.1 yields what was uploaded, as often as it is asked", async (backend) => {
        const { id } = await stored(backend, DATA);
        for (const _time of [1, 2]) {
          const { sizeBytes, chunks } = await backend.download(id);
          expect(sizeBytes).toBe(DATA.length);
          expect(Buffer.compare(await collected(chunks), DATA)).toBe(0);
        }
      });
      clause("6.2 yields no bytes where none were uploaded", async (backend) => {
        const { id } = await stored(backend, new Uint8Array());
        const { sizeBytes, chunks } = await backend.download(id);
        expect(sizeBytes ?? 0).toBe(0);
        expect(await collected(chunks)).toHaveLength(0);
      });
      clause("6.3 of an image without data is ERR_TRANSFER_INCOMPLETE", async (backend) => {
        const { id } = await backend.create(newImage());
        await expect(backend.download(id)).rejects.toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
      });
      clause("6.4 of a gone image is refused with 404", async (backend) => {
        const { id } = await stored(backend, DATA);
        await backend.delete(id);
        for (const gone of [id, randomUUID(), "no-uuid"]) {
          await expect(backend.download(gone)).rejects.toMatchObject(NOT_FOUND);
        }
      });
      clause("6.5 can be left early", async (backend) => {
        const { id } = await stored(backend, DATA);
        const { chunks } = await backend.download(id);
        for await (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0);
          break;
        }
        await backend.delete(id);
      });
      clause("6.6 leaves no listener behind, read whole or in part", async (backend) => {
        const { id } = await stored(backend, DATA);
        const { signal } = new AbortController();
        await collected((await backend.download(id, { signal })).chunks);
        expect(getEventListeners(signal, "abort")).toEqual([]);
        for await (const _chunk of (await backend.download(id, { signal })).chunks) break;
        expect(getEventListeners(signal, "abort")).toEqual([]);
      });
    });

    describe("delete", () => {
      clause("7.1 takes the image away, with its data, and is harmless when repeated", async (backend) => {
        const { id } = await stored(backend, DATA);
        await backend.delete(id);
        await backend.delete(id);
        expect(await backend.get(id)).toBeUndefined();
        if (!lacks.includes("download")) await expect(backend.download(id)).rejects.toMatchObject(NOT_FOUND);
      });
      clause("7.2 of an unknown id is no error", async (backend) => {
        await backend.delete(randomUUID());
        await backend.delete("no-uuid");
      });
      clause("7.3 of a protected image is refused with 403 until it isn't", async (backend) => {
        const { id } = await backend.create(newImage({ protected: true }));
        await expect(backend.delete(id)).rejects.toMatchObject(FORBIDDEN);
        expect(await backend.get(id)).toMatchObject({ id, protected: true });
        await backend.update(id, [attribute("protected", false)]);
        await backend.delete(id);
        expect(await backend.get(id)).toBeUndefined();
      });
      clause("7.4 leaves other images alone", async (backend) => {
        const [one, other] = [await backend.create(newImage()), await stored(backend, DATA)];
        await backend.delete(one.id);
        expect(await backend.get(other.id)).toEqual(other);
      });
      clause("7.5 of one image at once, many times, is harmless", async (backend) => {
        const { id } = await stored(backend, DATA);
        await Promise.all(Array.from({ length: 10 }, () => backend.delete(id)));
        expect(await backend.get(id)).toBeUndefined();
      });
    });

    describe.skipIf(lacks.includes("members"))("members", () => {
      const shared = async ({ create, members }: Subject): Promise<{ id: string; members: Members }> => {
        const { id } = await create(newImage({ visibility: "shared" }));
        return { id, members };
      };
      clause("8.1 are none at first", async (backend) => {
        const { id, members } = await shared(backend);
        expect(await members.list(id)).toEqual([]);
      });
      clause("8.2 are added once, however often", async (backend) => {
        const { id, members } = await shared(backend);
        for (const project of ["p2", "p1", "p2"]) await members.add(id, project);
        expect([...(await members.list(id))].sort()).toEqual(["p1", "p2"]);
      });
      clause("8.3 are removed, however often", async (backend) => {
        const { id, members } = await shared(backend);
        for (const project of ["p1", "p2"]) await members.add(id, project);
        for (const project of ["p1", "p1", "never"]) await members.remove(id, project);
        expect(await members.list(id)).toEqual(["p2"]);
      });
      clause("8.4 are refused with 403 where the image is not shared", async (backend) => {
        const { id } = await backend.create(newImage({ visibility: "private" }));
        await expect(backend.members.add(id, "p1")).rejects.toMatchObject(FORBIDDEN);
        expect(await backend.members.list(id)).toEqual([]);
      });
      clause("8.5 of a gone image are refused with 404", async (backend) => {
        const { id, members } = await shared(backend);
        await backend.delete(id);
        for (const gone of [id, randomUUID()]) {
          await expect(members.list(gone)).rejects.toMatchObject(NOT_FOUND);
          await expect(members.add(gone, "p1")).rejects.toMatchObject(NOT_FOUND);
          const removal = members.remove(gone, "p1");
          if (removalFromGone === "nothing") await removal;
          else await expect(removal).rejects.toMatchObject(NOT_FOUND);
        }
      });
      clause("8.6 survive a change of metadata", async (backend) => {
        const { id, members } = await shared(backend);
        await members.add(id, "p1");
        await backend.update(id, [property("added", "1")]);
        expect(await members.list(id)).toEqual(["p1"]);
      });
    });

    describe.skipIf(lacks.includes("deactivate"))("deactivate and reactivate", () => {
      clause("10.1 close the data and open it again, however often", async (backend) => {
        const { id } = await stored(backend, DATA);
        for (const _time of [1, 2]) await backend.deactivate(id);
        expect(await backend.get(id)).toMatchObject({ status: "deactivated", sizeBytes: DATA.length });
        if (!lacks.includes("download")) await expect(backend.download(id)).rejects.toMatchObject(FORBIDDEN);
        for (const _time of [1, 2]) await backend.reactivate(id);
        expect(await backend.get(id)).toMatchObject({ status: "active" });
        if (!lacks.includes("download"))
          expect(hex("md5", await collected((await backend.download(id)).chunks))).toBe(hex("md5", DATA));
      });
      clause("10.2 are refused where there is no data, and nothing is changed", async (backend) => {
        const image = await backend.create(newImage());
        const refused = { code: "ERR_IMAGE_STATUS", imageId: image.id, status: "queued" };
        await expect(backend.deactivate(image.id)).rejects.toMatchObject(refused);
        await expect(backend.reactivate(image.id)).rejects.toMatchObject(refused);
        expect(await backend.get(image.id)).toEqual(image);
      });
      clause("10.3 leave the metadata open to changes", async (backend) => {
        const { id } = await stored(backend, DATA);
        await backend.deactivate(id);
        expect(await backend.update(id, [property("added", "1")])).toMatchObject({
          status: "deactivated",
          properties: { added: "1" },
        });
      });
      clause("10.4 of a gone image are refused with 404", async (backend) => {
        await expect(backend.deactivate(randomUUID())).rejects.toMatchObject(NOT_FOUND);
        await expect(backend.reactivate(randomUUID())).rejects.toMatchObject(NOT_FOUND);
      });
    });

    describe("a signal that is aborted already", () => {
      type Call = (backend: Subject, id: string, options: CallOptions) => Promise<unknown>;
      const calls: Readonly<Record<string, Call>> = {
        list: (backend, _id, options) => backend.list({}, options)[Symbol.asyncIterator]().next(),
        get: (backend, id, options) => backend.get(id, options),
        create: (backend, _id, options) => backend.create(newImage(), options),
        update: (backend, id, options) => backend.update(id, [property("a", "1")], options),
        delete: (backend, id, options) => backend.delete(id, options),
        upload: (backend, id, options) => backend.upload(id, data(DATA), options),
        ...(!lacks.includes("download") && {
          download: async (backend, id, options) => collected((await backend.download(id, options)).chunks),
        }),
        ...(!lacks.includes("deactivate") && {
          deactivate: (backend, id, options) => backend.deactivate(id, options),
          reactivate: (backend, id, options) => backend.reactivate(id, options),
        }),
        ...(!lacks.includes("members") && {
          "members.list": (backend, id, options) => backend.members.list(id, options),
          "members.add": (backend, id, options) => backend.members.add(id, "p1", options),
          "members.remove": (backend, id, options) => backend.members.remove(id, "p1", options),
        }),
      };
      for (const [method, call] of Object.entries(calls)) {
        clause(`9.1 rejects ${method} with its own reason, and nothing is changed`, async (backend) => {
          const image = await backend.create(newImage({ visibility: "shared" }));
          const signal = AbortSignal.abort(Object.freeze({ my: "reason" }));
          expect(await failure(call(backend, image.id, { signal }))).toBe(signal.reason);
          expect(await listed(backend, {})).toEqual([image]);
        });
        clause(`9.2 is left without a listener by ${method}`, async (backend) => {
          const image = await backend.create(newImage({ visibility: "shared" }));
          const { signal } = new AbortController();
          await Promise.allSettled([call(backend, image.id, { signal })]);
          expect(getEventListeners(signal, "abort")).toEqual([]);
        });
      }
    });
  });
}

const FORMATS = { containerFormat: "bare", diskFormat: "raw" } as const;
/** Some data, of more than one chunk. */
export const DATA: Uint8Array = new Uint8Array(150_000).map((_, index) => (index * 31) % 251);
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const FORBIDDEN = { code: "ERR_HTTP_FORBIDDEN", status: 403 };
const NOT_FOUND = { code: "ERR_HTTP_NOT_FOUND", status: 404 };
const CONFLICT = { code: "ERR_HTTP_CONFLICT", status: 409 };

/** An image to create, with an id and a name of its own. */
export function newImage(fields: Partial<NewImage> = {}): NewImage {
  const id = randomUUID();
  return {
    id,
    name: `debian-13 ${id}`,
    ...FORMATS,
    properties: { os_distro: "debian" },
    tags: [],
    ...fields,
  };
}

/** These bytes, in chunks. */
export function data(bytes: Uint8Array): ImageData {
  return {
    sizeBytes: bytes.length,
    chunks: (async function* () {
      for (let offset = 0; offset < bytes.length; offset += 65_536)
        yield bytes.subarray(offset, offset + 65_536);
    })(),
  };
}

/** The bytes of these chunks. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await toArray(chunks));
}

/** What an iteration yields. */
export async function toArray<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const array: Value[] = [];
  for await (const value of values) array.push(value);
  return array;
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("should have been rejected");
  return result.reason;
}

/** Chunks that stop in the middle of {@link DATA} until they are resumed. */
export function stalling(): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly stalled: Promise<void>;
  readonly resume: () => void;
} {
  const stalled = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const chunks = (async function* () {
    yield DATA.subarray(0, 100_000);
    stalled.resolve();
    await resumed.promise;
    yield DATA.subarray(100_000);
  })();
  return { chunks, stalled: stalled.promise, resume: resumed.resolve };
}

async function* failing(error: unknown): AsyncGenerator<Uint8Array> {
  yield DATA.subarray(0, 70_000);
  throw error;
}

function attribute(name: string, to: unknown): MetadataOperation {
  return { kind: "attribute", op: "update", name, from: null, to };
}

/** Sets a property. */
export function property(name: string, to: string): MetadataOperation {
  return { kind: "property", op: "add", name, to };
}

/** What a caller of `list` sees, who applies the query once more. */
async function listed(backend: Backend, query: ImageQuery): Promise<readonly Image[]> {
  return (await toArray(backend.list(query))).filter((image) => matchesQuery(image, query));
}

async function stored(backend: Subject, bytes: Uint8Array): Promise<Image> {
  const { id } = await backend.create(newImage());
  await backend.upload(id, data(bytes));
  return await active(backend, id);
}

/** The image once it is active: a cloud may take its time. */
async function active(backend: Backend, id: string): Promise<Image> {
  return await vi.waitFor(async () => {
    const image = await backend.get(id);
    if (image?.status !== "active") throw new Error(`image ${id} is ${image?.status ?? "gone"}, not active`);
    return image;
  }, SOON);
}

async function emptied(backend: Backend, id: string): Promise<void> {
  const image = await vi.waitFor(async () => {
    const found = await backend.get(id);
    expect(found?.status).toBe("queued");
    return found;
  }, SOON);
  expect(image?.checksum).toBeUndefined();
  expect(image?.sizeBytes ?? 0).toBe(0);
}

const SOON = { timeout: 10_000, interval: 20 };

function hex(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

function pruned(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** The backend with every capability; one that it lacks fails when it is used. */
export function complete(backend: Backend): Subject {
  const lacking = (capability: string) => async (): Promise<never> => {
    throw new Error(`${backend.name} has no ${capability}`);
  };
  return {
    ...backend,
    create: backend.create ?? lacking("create"),
    upload: backend.upload ?? lacking("upload"),
    download: backend.download ?? lacking("download"),
    deactivate: backend.deactivate ?? lacking("deactivate"),
    reactivate: backend.reactivate ?? lacking("reactivate"),
    members: backend.members ?? {
      list: lacking("members"),
      add: lacking("members"),
      remove: lacking("members"),
    },
  };
}
