/** What a project can say to an image that is shared with it. */
export const MEMBER_STATUSES = ["pending", "accepted", "rejected"] as const;

/**
 * What a project has said to an image that is shared with it. `pending`: nothing yet. Listings show it accepted
 * images only; by its id it can use any of them.
 */
export type MemberStatus = (typeof MEMBER_STATUSES)[number];

/** A project that an image is shared with. */
export interface ImageMember {
  /** The id of the project. */
  readonly project: string;
  readonly status: MemberStatus | (string & {});
  /** RFC 3339, in UTC. */
  readonly createdAt?: string | undefined;
  /** RFC 3339, in UTC. */
  readonly updatedAt?: string | undefined;
}
