import type { Backend } from "../../src/backends/backend.ts";
import { glanceBackend } from "../../src/backends/glance/backend.ts";
import { controlClient } from "../../src/backends/http/client.ts";
import type { Session } from "../../src/backends/keystone/session.ts";
import type { Token } from "../../src/backends/keystone/token.ts";
import { ImageSpec } from "../../src/model/index.ts";

export const GLANCE = "https://glance.example:9292";
export const IMAGES: string = `${GLANCE}/v2/images`;
export const ID = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";
export const TOKEN = "gAAAA-secret-token";
export const REQUEST_ID = "req-4c1e1d5a-0a1b";

type Capability =
  | "create"
  | "upload"
  | "download"
  | "members"
  | "deactivate"
  | "reactivate"
  | "check"
  | "hashAlgorithm";

export type GlanceBackend = Backend & Required<Pick<Backend, Capability>>;

/** A backend whose session has a token already. */
export function glance(
  options: { readonly session?: Session; readonly endpoint?: string; readonly pageSize?: number } = {},
): GlanceBackend {
  const backend = glanceBackend({
    name: "openstack",
    endpoint: options.endpoint ?? GLANCE,
    region: "RegionOne",
    projectId: "p1",
    session: options.session ?? sessionWith(TOKEN),
    client: controlClient({ retry: { limit: 0 } }),
    spec: ImageSpec,
    pageSize: options.pageSize,
  });
  const { create, upload, download, members, deactivate, reactivate, check, hashAlgorithm } = backend;
  if (!create || !upload || !download || !members || !deactivate || !reactivate || !check || !hashAlgorithm)
    throw new Error("Glance has all capabilities");
  return { ...backend, create, upload, download, members, deactivate, reactivate, check, hashAlgorithm };
}

/** A session that has these tokens, one after the other; the last is never refused. */
export function sessionWith(...ids: readonly string[]): Session & { readonly renewals: () => number } {
  let renewals = 0;
  const token = (): Token => ({
    id: ids[Math.min(renewals, ids.length - 1)] ?? "",
    expiresAtMs: Number.POSITIVE_INFINITY,
    projectId: "p1",
    catalog: [],
  });
  return {
    renewals: () => renewals,
    token: async () => token(),
    async renew() {
      renewals++;
      return token();
    },
  };
}

/** An image as Glance 2023.1 writes it. */
export function wireImage(
  fields: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> & { id: string } {
  return {
    id: ID,
    name: "debian-13",
    status: "active",
    visibility: "private",
    protected: false,
    os_hidden: false,
    container_format: "bare",
    disk_format: "qcow2",
    min_disk: 2,
    min_ram: 512,
    size: 432_013_312,
    virtual_size: 2_147_483_648,
    checksum: "d41d8cd98f00b204e9800998ecf8427e",
    os_hash_algo: "sha512",
    os_hash_value: "cf83e1357eefb8bd",
    owner: "p1",
    tags: [],
    created_at: "2026-11-20T10:00:00Z",
    updated_at: "2026-11-20T10:05:00Z",
    self: `/v2/images/${ID}`,
    file: `/v2/images/${ID}/file`,
    schema: "/v2/schemas/image",
    ...fields,
  };
}
