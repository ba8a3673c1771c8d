/**
 * Who owns the members of a map or set that a spec doesn't declare: the spec (`"all"`: they are deleted),
 * somebody else (`"declared"`: they are left alone), or both (`{ previous }`: what an earlier spec declared is
 * deleted, the rest left alone).
 */
export type Ownership<Previous> = "all" | "declared" | { readonly previous: Previous | undefined };

/** Whether a member that the spec doesn't declare is to be deleted. */
export function isOwned(member: string, ownership: Ownership<unknown>): boolean {
  if (ownership === "all") return true;
  if (ownership === "declared") return false;
  const { previous } = ownership;
  if (Array.isArray(previous)) return previous.includes(member);
  return typeof previous === "object" && previous !== null && Object.hasOwn(previous, member);
}
