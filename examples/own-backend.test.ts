import { backendConformance } from "imagewright/testing";
import { test } from "vitest"; // or of node:test, jest, …
import { shelf } from "./own-backend.ts";

const none = "a shelf has none";
const fields = { containerFormat: none, minDiskGb: none, minRamMb: none, visibility: none, protected: none };
const lacks = { ...fields, hidden: none, tags: none, download: none, members: none, imports: none };
backendConformance(test, () => shelf(), {
  lacks: { ...lacks, deactivate: none, reactivate: none },
  digests: { value: ["sha512"], because: "one digest is enough" },
});
