/** Names that a request can't write, and how it is refused. */
export const DISALLOWED: readonly string[] = ["direct_url", "self", "file", "schema", "stores"];

export const READ_ONLY: readonly string[] = [
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "size",
  "virtual_size",
  "direct_url",
  "self",
  "file",
  "schema",
  "id",
  "os_hash_algo",
  "os_hash_value",
];

const RESERVED: readonly string[] = ["location", "deleted", "deleted_at"];

/** What a creation refuses as a property, beyond those. */
export const RESERVED_AT_CREATION: readonly string[] = [
  ...RESERVED,
  "owner",
  "locations",
  "direct_url",
  "self",
  "file",
  "schema",
];

export const isReserved = (name: string): boolean => RESERVED.includes(name) || name.startsWith("os_glance");

/** Names of Glance's own object: a PATCH sets them there, and the image keeps nothing. */
export const SWALLOWED: readonly string[] = [
  "context",
  "delete",
  "member",
  "helper",
  "notifier",
  "set_data",
  "get_data",
  "deactivate",
  "reactivate",
  "send_notification",
  "get_payload",
  "repo",
  "image",
  "member_repo_proxy_class",
  "member_repo_proxy_kwargs",
];

/** Names of Glance's own object that it can't do without. */
export const CRASHING: readonly string[] = ["base", "extra_properties", "__class__", "__dict__"];
