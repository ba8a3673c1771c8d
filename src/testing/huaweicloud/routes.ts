import { type FakeRequest, type FakeResponse, json } from "../fake/wire.ts";
import { createImage, createWholeImage } from "./actions.ts";
import { uploadData } from "./data.ts";
import { deleteImage } from "./delete.ts";
import { countReads, imageCount, visibleImage } from "./images.ts";
import { showJob } from "./jobs.ts";
import { listCloudImages, listImages } from "./list.ts";
import { addMember, answerOffer, listMembers, pageOfMembers, removeMember, showMember } from "./members.ts";
import { createMetadata } from "./metadata.ts";
import { createDataImage, quickImport } from "./objects.ts";
import { osCatalogue } from "./os.ts";
import { updateCloudImage, updateImage } from "./patch.ts";
import { GatewayRefusal } from "./refusals.ts";
import { schema } from "./schema.ts";
import { answerOffers, shareImages, unshareImages } from "./sharing.ts";
import type { Call } from "./state.ts";
import {
  addKey,
  addTag,
  allTags,
  changeTags,
  imagesByTags,
  listTags,
  plainTagList,
  putTag,
  removeKey,
} from "./tag-api.ts";
import { copyImage, copyToRegion, exportImage, registerImage } from "./transfer.ts";
import { imageView } from "./view.ts";

type Handler = (
  call: Call,
  request: FakeRequest,
  id: string,
  name: string,
) => FakeResponse | Promise<FakeResponse>;

/** What a path leads to, with its parts. */
interface Match {
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly pid: string | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** `:pid` is the project, `:id` and `:name` are one part of the path each; `v1+` is also `v2.1`, and so is `v2+`. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/v2/images": {
    GET: (call, request) => listImages(call, request),
    POST: (call, request) => createMetadata(call, request),
  },
  "/v2/images/:id": {
    GET: (call, _request, id) => showImage(call, id),
    PATCH: (call, request, id) => updateImage(call, id, request),
    DELETE: (call, _request, id) => deleteImage(call, id),
  },
  "/v2/images/:id/file": { PUT: (call, request, id) => uploadData(call, id, request) },
  "/v2/images/:id/tags/:name": {
    PUT: (call, _request, id, key) => addKey(call, id, key),
    DELETE: (call, _request, id, key) => removeKey(call, id, key),
  },
  "/v2/images/:id/members": {
    GET: (call, _request, id) => listMembers(call, id),
    POST: (call, request, id) => addMember(call, id, request),
  },
  "/v2/images/:id/members/:name": {
    GET: (call, _request, id, project) => showMember(call, id, project),
    PUT: (call, request, id, project) => answerOffer(call, id, project, request),
    DELETE: (call, _request, id, project) => removeMember(call, id, project),
  },
  "/v2/schemas/image": { GET: () => schema("image") },
  "/v2/schemas/images": { GET: () => schema("images") },
  "/v2/schemas/member": { GET: () => schema("member") },
  "/v2/schemas/members": { GET: () => schema("members") },
  "/v2/cloudimages": { GET: (call, request) => listCloudImages(call, request) },
  "/v2+/cloudimages/action": { POST: (call, request) => createImage(call, request) },
  "/v2+/cloudimages/quickimport/action": { POST: (call, request) => quickImport(call, request) },
  "/v1+/cloudimages/dataimages/action": { POST: (call, request) => createDataImage(call, request) },
  "/v1/cloudimages/wholeimages/action": { POST: (call, request) => createWholeImage(call, request) },
  "/v1/cloudimages/members": {
    POST: (call, request) => shareImages(call, request),
    DELETE: (call, request) => unshareImages(call, request),
    PUT: (call, request) => answerOffers(call, request),
  },
  "/v1/cloudimages/tags": {
    GET: (call) => plainTagList(call),
    PUT: (call, request) => putTag(call, request),
  },
  "/v1/cloudimages/quota": { GET: quota },
  "/v1/cloudimages/os_version": { GET: () => json(200, osCatalogue()) },
  "/v1/cloudimages/job/:id": { GET: (call, _request, id) => showJob(call, id) },
  "/v1/cloudimages/:id/upload": { PUT: (call, request, id) => registerImage(call, id, request) },
  "/v1+/cloudimages/:id/file": { POST: (call, request, id) => exportImage(call, id, request) },
  "/v1+/cloudimages/:id/copy": { POST: (call, request, id) => copyImage(call, id, request) },
  "/v1/cloudimages/:id/cross_region_copy": { POST: (call, request, id) => copyToRegion(call, id, request) },
  "/v2/cloudimages/:id": { PATCH: (call, request, id) => updateCloudImage(call, id, request) },
  "/v1/:pid/jobs/:id": { GET: (call, _request, id) => showJob(call, id) },
  "/v1/:pid/cloudimages/:id/members": { GET: (call, _request, id) => pageOfMembers(call, id) },
  "/v1/:pid/cloudimages/:id/members/:name": {
    GET: (call, _request, id, project) => showMember(call, id, project),
  },
  "/v2/:pid/images/tags": { GET: (call) => allTags(call) },
  "/v2/:pid/images/resource_instances/action": { POST: (call, request) => imagesByTags(call, request) },
  "/v2/:pid/images/:id/tags": {
    GET: (call, _request, id) => listTags(call, id),
    POST: (call, request, id) => addTag(call, id, request),
  },
  "/v2/:pid/images/:id/tags/action": { POST: (call, request, id) => changeTags(call, id, request) },
  "/v2/:pid/images/:id/tags/:name": { DELETE: (call, _request, id, key) => removeKey(call, id, key) },
};

const PATTERNS = Object.entries(ROUTES).map(([path, handlers]) => ({
  pattern: new RegExp(
    `^${path.replace(/\/v(\d)\+/, "/v($1|2\\.1)").replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`,
  ),
  handlers,
}));

/** What there is at a path. */
export function matched(path: string): Match {
  for (const { pattern, handlers } of PATTERNS) {
    const match = pattern.exec(path);
    if (match !== null) {
      const { pid, id, name } = match.groups ?? {};
      return { handlers, pid, id, name };
    }
  }
  throw new GatewayRefusal(404, "APIGW.0101", "The API does not exist or has not been published.");
}

/** `GET /v2/images/{id}`. */
function showImage(call: Call, id: string): FakeResponse {
  const image = call.cloud.images.get(id);
  // While it is being deleted it is still shown, as in lists.
  const shown =
    image?.pending?.to === "deleted" && image.owner === call.projectId ? image : visibleImage(call, id, 404);
  countReads(call.cloud, [shown]);
  return json(200, { ...imageView(shown, call.projectId), __image_location: "", __is_config_init: "false" });
}

/** `GET /v1/cloudimages/quota`. */
function quota(call: Call): FakeResponse {
  const { imageQuota } = call.cloud.settings;
  const resource = { type: "image", used: imageCount(call), quota: imageQuota, min: 1, max: 1000 };
  return json(200, { quotas: { resources: [resource] } });
}
