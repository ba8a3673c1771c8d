import { abortClauses } from "./aborts.ts";
import { activationClauses } from "./activation.ts";
import type { Clause } from "./clause.ts";
import { createClauses } from "./create.ts";
import { createFromClauses } from "./create-from.ts";
import { deleteClauses } from "./delete.ts";
import { downloadClauses } from "./download.ts";
import { getClauses } from "./get.ts";
import { identityClauses } from "./identity.ts";
import { importClauses } from "./imports.ts";
import { listClauses } from "./list.ts";
import { memberClauses } from "./members.ts";
import { updateClauses } from "./update.ts";
import { uploadClauses } from "./upload.ts";
import { interruptedUploadClauses } from "./upload-interrupted.ts";

/** All clauses of the contract, group by group. A group of a new capability gets the next number. */
export const CLAUSES: readonly Clause[] = [
  ...identityClauses,
  ...createClauses,
  ...getClauses,
  ...listClauses,
  ...updateClauses,
  ...uploadClauses,
  ...interruptedUploadClauses,
  ...downloadClauses,
  ...deleteClauses,
  ...memberClauses,
  ...abortClauses,
  ...activationClauses,
  ...importClauses,
  ...createFromClauses,
];
