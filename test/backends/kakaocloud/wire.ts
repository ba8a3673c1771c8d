import type { Backend } from "../../../src/backends/backend.ts";
import { controlClient } from "../../../src/backends/http/client.ts";
import { kakaocloudUrls } from "../../../src/backends/kakaocloud/endpoints.ts";
import { kakaocloudImages } from "../../../src/backends/kakaocloud/images.ts";
import { kakaocloudClient } from "../../../src/backends/kakaocloud/requests.ts";
import type { Session } from "../../../src/backends/keystone/session.ts";
import { sessionWith, TOKEN } from "../../support/glance.ts";
import type { Reply } from "../../support/network.ts";

export const SERVICES = {
  iam: "https://iam.example",
  image: "https://image.example",
  volume: "https://volume.example",
} as const;
export const IMAGES: string = `${SERVICES.image}/api/v1/images`;
export const ID = "9c1e0d52-8a77-4d0c-9f0a-3f4f1f1d7f10";
export const VOLUME_ID = "6f1b2c8e-4a3d-4a53-9e0b-0c4f7a4d2a11";
export const PROJECT = "0123456789abcdef0123456789abcdef";
export const OTHER = "89abcdef0123456789abcdef01234567";

/** A backend whose session has a token already. */
export function kakaocloudWith(
  options: { readonly session?: Session; readonly pageSize?: number; readonly timeoutMs?: number } = {},
): Backend & Required<Pick<Backend, "createFrom" | "members">> {
  const { session = sessionWith(TOKEN), pageSize = 1000, timeoutMs = 60_000 } = options;
  const backend = kakaocloudImages({
    client: kakaocloudClient(controlClient({ retry: { limit: 0 } }), session),
    urls: kakaocloudUrls(SERVICES),
    region: "kr-central-2",
    projectId: PROJECT,
    pageSize,
    timeoutMs,
  });
  const { createFrom, members } = backend;
  if (createFrom === undefined || members === undefined) throw new Error("KakaoCloud has both");
  return { ...backend, createFrom, members };
}

/** An image as KakaoCloud writes it. */
export function wireImage(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: ID,
    name: "web-golden-01",
    size: 32_212_254_720,
    status: "active",
    owner: PROJECT,
    visibility: "private",
    description: "the golden image",
    is_shared: false,
    disk_format: "raw",
    container_format: "bare",
    min_disk: 30,
    min_ram: 0,
    virtual_size: 32_212_254_720,
    instance_type: "vm",
    image_member_status: null,
    project_id: PROJECT,
    os_info: {
      type: "linux",
      distro: "ubuntu",
      architecture: "x86_64",
      admin_user: "ubuntu",
      is_hidden: false,
    },
    created_at: "2026-01-01T12:00:10Z",
    updated_at: "2026-01-01T12:06:00Z",
    ...fields,
  };
}

/** A page that is the only one. */
export function pageOf(name: "images" | "members", ...items: readonly object[]): Reply {
  return { json: { [name]: items, pagination: { total: items.length, offset: 0, limit: 1000 } } };
}
