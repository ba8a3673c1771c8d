import { z } from "zod";
import { urlIssues } from "../http/option-issues.ts";
import { segment } from "../http/segment.ts";
import type { KakaoCloudEndpoints } from "./options.ts";

/** The services that images need. */
export type Services = { readonly [Name in "iam" | "image" | "volume"]: string };

export const DEFAULT_REGION = "kr-central-2";

/** Where services are when nobody says so; Terraform's provider falls back to the same. */
export function usualServices(region: string): Services {
  return {
    iam: "https://iam.kakaocloud.com",
    image: `https://image.${region}.kakaocloud.com`,
    volume: `https://volume.${region}.kakaocloud.com`,
  };
}

/** Where it is asked where services are. */
export function discoveryUrl(region: string, { discovery }: KakaoCloudEndpoints): string {
  const base = discovery ?? `https://heimdall.${region}.kakaocloud.com`;
  return `${withoutSlash(base)}/api/v1/client-endpoints/resolve`;
}

const WireEndpoints = z.object({
  success: z.boolean().nullish(),
  data: z.object({ service_endpoints: z.record(z.string(), z.unknown()) }),
});

/**
 * What the discovery says; nothing where it isn't what was promised. Secrets go to these addresses: who is asked by
 * https has to name such ones.
 */
export function discoveredServices(body: unknown, askedUrl: string): Partial<Services> {
  const result = WireEndpoints.safeParse(body);
  if (!result.success || result.data.success === false) return {};
  const { service_endpoints: endpoints } = result.data.data;
  const entries = (["iam", "image", "volume"] as const).flatMap((name) => {
    const url = endpoints[name];
    if (typeof url !== "string" || urlIssues(url, []).length > 0) return [];
    return askedUrl.startsWith("https:") && !url.startsWith("https:") ? [] : [[name, url] as const];
  });
  return Object.fromEntries(entries);
}

/** The URLs below the services. */
export interface KakaoCloudUrls {
  /** What Keystone's paths follow on. */
  readonly identity: string;
  readonly images: string;
  image(id: string): string;
  members(id: string): string;
  member(id: string, project: string): string;
  /** Makes an image of a volume. */
  imageOf(volumeId: string): string;
}

export function kakaocloudUrls({ iam, image, volume }: Services): KakaoCloudUrls {
  const images = `${apiOf(image)}/images`;
  const one = (id: string) => `${images}/${segment(id)}`;
  return {
    identity: `${withoutSlash(iam).replace(/\/identity(\/v3)?$/, "")}/identity`,
    images,
    image: one,
    members: (id) => `${one(id)}/members`,
    member: (id, project) => `${one(id)}/members/${segment(project)}`,
    imageOf: (volumeId) => `${apiOf(volume)}/volumes/${segment(volumeId)}/image`,
  };
}

function apiOf(service: string): string {
  return `${withoutSlash(service).replace(/\/api\/v1$/, "")}/api/v1`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
