import { type FakeRequest, type FakeResponse, json, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { ownImage, visibleImage } from "./access.ts";
import { createImage } from "./create.ts";
import { downloadData, stageData, uploadData } from "./data.ts";
import { imageTasks, settleImports, startImport } from "./imports.ts";
import { sessionOf } from "./keystone.ts";
import { listImages } from "./list.ts";
import { addMember, answerMember, listMembers, removeMember, showMember } from "./members.ts";
import { updateImage } from "./patch.ts";
import { checkTags } from "./quota.ts";
import { imageProperties, validate } from "./schema.ts";
import { type Call, type Cloud, save } from "./state.ts";
import { imageView } from "./view.ts";

type Handler = (
  call: Call,
  request: FakeRequest,
  id: string,
  name: string,
) => FakeResponse | Promise<FakeResponse>;

/** What there is below `/v2`; `:id` and `:name` are one part of the path each. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/images": {
    GET: (call, request) => listImages(call, request),
    POST: (call, request) => createImage(call, request),
  },
  "/images/:id": {
    GET: (call, _request, id) => json(200, imageView(visibleImage(call, id), call)),
    PATCH: (call, request, id) => updateImage(call, id, request),
    DELETE: (call, _request, id) => deleteImage(call, id),
  },
  "/images/:id/file": {
    PUT: (call, request, id) => uploadData(call, id, request),
    GET: (call, request, id) => downloadData(call, id, request),
  },
  "/images/:id/stage": { PUT: (call, request, id) => stageData(call, id, request) },
  "/images/:id/import": { POST: (call, request, id) => startImport(call, id, request) },
  "/images/:id/tasks": { GET: (call, _request, id) => imageTasks(call, id) },
  "/images/:id/actions/deactivate": {
    POST: (call, _request, id) => activate(call, id, "active", "deactivated"),
  },
  "/images/:id/actions/reactivate": {
    POST: (call, _request, id) => activate(call, id, "deactivated", "active"),
  },
  "/images/:id/members": {
    GET: (call, _request, id) => listMembers(call, id),
    POST: (call, request, id) => addMember(call, id, request),
  },
  "/images/:id/members/:name": {
    GET: (call, _request, id, project) => showMember(call, id, project),
    PUT: (call, request, id, project) => answerMember(call, id, project, request),
    DELETE: (call, _request, id, project) => removeMember(call, id, project),
  },
  "/images/:id/tags/:name": {
    PUT: (call, _request, id, tag) => addTag(call, id, tag),
    DELETE: (call, _request, id, tag) => removeTag(call, id, tag),
  },
  "/stores/:name/:id": { DELETE: (call, _request, id, store) => deleteFromStore(call, id, store) },
  "/schemas/image": { GET: schema },
  "/info/import": { GET: importInfo },
  "/info/stores": { GET: storesInfo },
};

/** What isn't there where there are no imports. */
const OF_IMPORTS = /^\/(images\/[^/]+\/(stage|import|tasks)|stores\/.*|info\/.*)\/?$/;

const PATTERNS = Object.entries(ROUTES).map(([path, handlers]) => ({
  pattern: new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`),
  handlers,
}));

const NOT_THERE = "The resource could not be found.";

/** The Image API v2. */
export async function glance(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  if (request.method === "GET" && /^\/(versions\/?)?$/.test(path)) return versions(request, path);
  const call = { cloud, user: sessionOf(cloud, request.headers.get("x-auth-token")).user };
  settleImports(cloud);
  const [, below = ""] = /^\/v2(\/.*)$/.exec(path) ?? [];
  if (cloud.settings.vendor.hasImports === false && OF_IMPORTS.test(below)) throw new Refusal(404, NOT_THERE);
  for (const { pattern, handlers } of PATTERNS) {
    const match = pattern.exec(below);
    if (match === null) continue;
    const handler = handlers[request.method];
    if (handler === undefined) throw new Refusal(405, "", { allow: Object.keys(handlers).join(", ") });
    const { id = "", name = "" } = match.groups ?? {};
    return await handler(call, request, decoded(id), decoded(name));
  }
  throw new Refusal(404, NOT_THERE);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function versions({ url }: FakeRequest, path: string): FakeResponse {
  const links = [{ rel: "self", href: `${url.origin}/image/v2/` }];
  const ids = [
    "v2.15",
    "v2.13",
    "v2.12",
    "v2.11",
    "v2.10",
    "v2.9",
    "v2.8",
    "v2.7",
    "v2.6",
    "v2.5",
    "v2.4",
    "v2.3",
    "v2.2",
    "v2.1",
    "v2.0",
  ];
  const list = ids.map((id, index) => ({ id, status: index === 0 ? "CURRENT" : "SUPPORTED", links }));
  return json(path === "/" ? 300 : 200, { versions: list });
}

function deleteImage(call: Call, id: string): FakeResponse {
  const image = ownImage(call, id);
  if (image.protected) throw new Refusal(403, `Image ${id} is protected and cannot be deleted.`);
  if (call.cloud.inUse.has(id))
    throw new Refusal(
      call.cloud.settings.vendor.inUseStatus ?? 409,
      `Image ${id} could not be deleted because it is in use`,
    );
  save(call.cloud, { ...image, status: "deleted", data: undefined, staged: undefined });
  call.cloud.members.delete(id);
  return NO_CONTENT;
}

function activate(call: Call, id: string, from: string, to: string): FakeResponse {
  const image = ownImage(call, id);
  if (image.status !== from && image.status !== to)
    throw new Refusal(
      403,
      `Not allowed to ${to === "active" ? "reactivate" : "deactivate"} image in status '${image.status}'`,
    );
  if (image.status === from) save(call.cloud, { ...image, status: to });
  return NO_CONTENT;
}

function addTag(call: Call, id: string, tag: string): FakeResponse {
  validate(call.cloud.settings, { tags: [tag] });
  const image = ownImage(call, id);
  save(call.cloud, { ...image, tags: checkTags([...new Set([...image.tags, tag])]) });
  return NO_CONTENT;
}

function removeTag(call: Call, id: string, tag: string): FakeResponse {
  const image = ownImage(call, id);
  if (!image.tags.includes(tag)) throw new Refusal(404);
  save(call.cloud, { ...image, tags: image.tags.filter((one) => one !== tag) });
  return NO_CONTENT;
}

function deleteFromStore(call: Call, id: string, store: string): FakeResponse {
  const { stores } = call.cloud.settings;
  if (stores.length === 0) throw new Refusal(404);
  if (!stores.includes(store))
    throw new Refusal(409, `The selected store ${store} is not available on this node.`);
  const image = ownImage(call, id);
  if (image.status !== "active") throw new Refusal(409, "The image status is not 'active'");
  if (image.stores.length === 1)
    throw new Refusal(403, "Cannot delete image data from the only store containing it.");
  if (!image.stores.includes(store)) throw new Refusal(404, `Image ${id} is not stored in store ${store}.`);
  save(call.cloud, { ...image, stores: image.stores.filter((one) => one !== store) });
  return NO_CONTENT;
}

function schema({ cloud }: Call): FakeResponse {
  return json(200, {
    name: "image",
    properties: imageProperties(cloud.settings),
    additionalProperties: { type: "string" },
  });
}

function importInfo({ cloud }: Call): FakeResponse {
  const value = cloud.settings.importMethods;
  return json(200, { "import-methods": { description: "Import methods available.", type: "array", value } });
}

function storesInfo({ cloud }: Call): FakeResponse {
  const { stores } = cloud.settings;
  if (stores.length === 0) throw new Refusal(404, "Multi backend is not supported at this site.");
  return json(200, {
    stores: stores.map((id, index) => ({ id, ...(index === 0 ? { default: "true" } : {}) })),
  });
}
