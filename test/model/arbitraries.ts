import fc from "fast-check";
import type { Image, ImageSpec, Source } from "../../src/model/index.ts";

const letter = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.constantFrom("ü", "€", "日", "\u202e", "\u0007", "\u00e9") },
);

/** Text that every Glance takes: no white space around it, nothing of four bytes. */
const word: fc.Arbitrary<string> = fc.string({ unit: letter, minLength: 1, maxLength: 12 });

const NAMES_OF_OBJECTS = ["constructor", "toString", "hasOwnProperty", "valueOf"] as const;
const USER_NAMES = [
  "os_distro",
  "os_type",
  "hw_disk_bus",
  "owner_specified.openstack.md5",
  "a",
  "b",
] as const;

/** Names of properties that a user may declare. */
const propertyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...USER_NAMES),
  fc.constantFrom(...NAMES_OF_OBJECTS),
  word.map((text) => `x-${text}`),
);

/** Properties that a user may declare. */
export const properties: fc.Arbitrary<Record<string, string>> = fc
  .array(fc.tuple(propertyName, fc.oneof(fc.constantFrom("", "1", "2"), word)), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

/** Tags: few of them, so that two sets often overlap. */
export const tags: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(fc.constantFrom("a", "b", "c", "constructor", "__proto__"), word),
  { maxLength: 6 },
);

const members = fc.array(fc.constantFrom("p1", "p2", "p3"), { maxLength: 4 });
const small = fc.nat({ max: 3 });
const UUIDS = ["6f3b8f0e-1111-4222-8333-94a5b6c7d8e9", "0d1c2b3a-4444-4555-9666-778899aabbcc"] as const;

/** Sources without secrets and functions. */
const plainSource: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ file: word }),
  fc.record({ url: fc.constantFrom("https://example.org/a.qcow2", "http://example.org/b?c=d") }),
  fc.record({ webDownload: fc.constant("https://example.org/a.qcow2") }),
  fc.record({ volumeId: word }),
  fc.record({ object: word.map((key) => `bucket:${key}`) }),
  fc.record({ imageId: word, region: word }, { requiredKeys: ["imageId"] }),
);

const metadata = {
  name: word,
  containerFormat: fc.constantFrom("bare", "ovf"),
  diskFormat: fc.constantFrom("raw", "qcow2", "gpt"),
  id: fc.constantFrom(...UUIDS),
  minDiskGb: small,
  minRamMb: small,
  visibility: fc.constantFrom("public", "private", "shared", "community"),
  protected: fc.boolean(),
  hidden: fc.boolean(),
  properties,
  tags,
  members,
  description: fc.oneof(fc.constant(""), word),
  region: fc.constantFrom("RegionOne", "RegionTwo"),
} as const;

/** Valid specs of metadata. */
export const metadataSpec: fc.Arbitrary<ImageSpec> = fc.record(metadata, { requiredKeys: ["name"] });

/** Valid specs with everything that survives JSON. */
export const spec: fc.Arbitrary<ImageSpec> = fc.record(
  {
    ...metadata,
    source: plainSource,
    verifyChecksum: fc.boolean(),
    decompress: fc.constantFrom(true, false, "gzip" as const, "xz" as const),
    convert: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);

/** Properties as a cloud has them: those of users, and what only the server or the library writes. */
const storedProperties = fc
  .tuple(
    properties,
    fc.dictionary(fc.constantFrom("os_glance_import_task", "owner", "stores", "imagewright.source"), word, {
      maxKeys: 2,
    }),
  )
  .map(([users, others]) => Object.fromEntries([...Object.entries(users), ...Object.entries(others)]));

/** Images as clouds report them. */
export const image: fc.Arbitrary<Image> = fc.record(
  {
    ...metadata,
    properties: storedProperties,
    status: fc.constantFrom("queued", "active", "deactivated", "saving"),
    checksum: fc.constantFrom("", "d41d8cd98f00b204e9800998ecf8427e"),
    hashAlgorithm: fc.constant("sha512"),
    hashValue: fc.constantFrom("", "ab".repeat(64)),
    sizeBytes: small,
    owner: word,
    createdAt: fc.constant("2026-01-01T00:00:00Z"),
    stores: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: ["id", "name", "status", "properties", "tags"] },
);
