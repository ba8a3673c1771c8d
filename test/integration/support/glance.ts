import { inject } from "vitest";
import { signIn } from "../cloud/identity.ts";
import { password } from "../cloud/seed.ts";
import type { User } from "./cloud.ts";

/** An image as Glance writes it. */
export interface GlanceImage {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly protected: boolean;
}

/** Glance's API by plain HTTP: what happens outside of the library, and the witness of what it does. */
export interface Glance {
  readonly token: string;
  create(values: Readonly<Record<string, unknown>>): Promise<GlanceImage>;
  upload(id: string, data: Uint8Array): Promise<void>;
  stage(id: string, data: Uint8Array): Promise<void>;
  get(id: string): Promise<GlanceImage | undefined>;
  patch(id: string, steps: readonly object[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** All images of this name, hidden ones too. */
  named(name: string): Promise<readonly GlanceImage[]>;
}

const tokens = new Map<User, Promise<string>>();

export async function glanceOf(user: User): Promise<Glance> {
  const token = await (tokens.get(user) ?? fetchToken(user));
  const images = `${inject("cloud").imageUrl}/v2/images`;

  async function send(method: string, url: string, type?: string, body?: string | Uint8Array<ArrayBuffer>) {
    const headers = { "x-auth-token": token, ...(type === undefined ? {} : { "content-type": type }) };
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    if (!response.ok && response.status !== 404) {
      throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
    }
    return response;
  }

  async function listed(name: string, hidden: boolean): Promise<readonly GlanceImage[]> {
    const query = new URLSearchParams({
      name: `eq:${name}`,
      os_hidden: String(hidden),
      visibility: "all",
      limit: "1000",
    });
    const page = (await (await send("GET", `${images}?${query}`)).json()) as { images: GlanceImage[] };
    return page.images;
  }

  return {
    token,
    async create(values) {
      const response = await send("POST", images, "application/json", JSON.stringify(values));
      return (await response.json()) as GlanceImage;
    },
    async upload(id, data) {
      await send("PUT", `${images}/${id}/file`, "application/octet-stream", Uint8Array.from(data));
    },
    async stage(id, data) {
      await send("PUT", `${images}/${id}/stage`, "application/octet-stream", Uint8Array.from(data));
    },
    async get(id) {
      const response = await send("GET", `${images}/${id}`);
      return response.status === 404 ? undefined : ((await response.json()) as GlanceImage);
    },
    async patch(id, steps) {
      await send(
        "PATCH",
        `${images}/${id}`,
        "application/openstack-images-v2.1-json-patch",
        JSON.stringify(steps),
      );
    },
    async remove(id) {
      await send("DELETE", `${images}/${id}`);
    },
    async named(name) {
      return [...(await listed(name, false)), ...(await listed(name, true))];
    },
  };
}

function fetchToken(user: User): Promise<string> {
  const token = signIn(inject("cloud").authUrl, { user, project: user, password }).then(
    (identity) => identity.token,
  );
  tokens.set(user, token);
  return token;
}
