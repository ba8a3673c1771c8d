import { z } from "zod";
import { issuesOf, SpecError } from "../../model/index.ts";

/**
 * Who owns the members of a map or set that a spec doesn't declare: the spec (`"all"`: they are deleted),
 * somebody else (`"declared"`: they are left alone), or both (`{ previous }`: what an earlier spec declared is
 * deleted, the rest left alone).
 */
export type Ownership<Previous> = "all" | "declared" | { readonly previous: Previous | undefined };

/** The schema of {@link Ownership}: a word that is misspelt would leave everything alone. */
export const ownershipSchema: z.ZodType = z.union(
  [
    z.enum(["all", "declared"]),
    z.strictObject({
      previous: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).nullish(),
    }),
  ],
  'must be "all", "declared" or { previous }',
);

const optionsSchema = z.object({ properties: ownershipSchema.optional(), tags: ownershipSchema.optional() });

/** @throws SpecError `ERR_SPEC_INVALID` for what says nothing about who owns what. */
export function checkOwnership(options: { readonly properties?: unknown; readonly tags?: unknown }): void {
  const result = optionsSchema.safeParse(options);
  if (result.success) return;
  throw new SpecError(result.error.issues.flatMap(issuesOf), { subject: "The options of reconcile()" });
}

/** Whether a member that the spec doesn't declare is to be deleted. */
export function isOwned(member: string, ownership: Ownership<unknown>): boolean {
  if (ownership === "all") return true;
  if (ownership === "declared") return false;
  const { previous } = ownership;
  if (Array.isArray(previous)) return previous.includes(member);
  return typeof previous === "object" && previous !== null && Object.hasOwn(previous, member);
}
