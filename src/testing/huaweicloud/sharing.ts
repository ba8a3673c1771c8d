import { type FakeRequest, type FakeResponse, jsonOf } from "../fake/wire.ts";
import { checkNames, choice, objectOf, requiredText, texts } from "./fields.ts";
import { ownImage, visibleImage } from "./images.ts";
import { startJob } from "./jobs.ts";
import { added, answered, checkShareable, memberOf, removed } from "./members.ts";
import type { StoredImage } from "./records.ts";
import { type Call, save } from "./state.ts";

/** `POST /v1/cloudimages/members`: in a job. */
export async function shareImages(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const { images, projects } = await sharing(call, request);
  for (const image of images)
    for (const project of projects) checkShareable(call, image, project, projects.length);
  return memberJob(call, "imsAddImageMembersJob", images, projects, added);
}

/** `DELETE /v1/cloudimages/members`: in a job. */
export async function unshareImages(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const { images, projects } = await sharing(call, request);
  return memberJob(call, "imsDelImageMembersJob", images, projects, (_call, image, project) =>
    removed(image, project),
  );
}

/** `PUT /v1/cloudimages/members`: an answer to an offer, in a job. */
export async function answerOffers(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["images", "project_id", "status", "vault_id"]);
  const status = choice(body, "status", ["accepted", "rejected"]) ?? requiredText(body, "status");
  const project = requiredText(body, "project_id");
  const images = texts(body, "images").map((id) => visibleImage(call, id));
  for (const image of images) memberOf(call, image, project);
  return memberJob(call, "imsUpdateImageMembersJob", images, [project], (ours, image) =>
    answered(ours, image, project, status),
  );
}

type Change = (call: Call, image: StoredImage, project: string) => StoredImage;

function memberJob(
  call: Call,
  type: string,
  images: readonly StoredImage[],
  projects: readonly string[],
  change: Change,
): FakeResponse {
  return startJob(call, {
    type,
    finish: () => {
      const pairs = images.flatMap(({ id }) => projects.map((project) => [id, project] as const));
      const results = pairs.map(([id, project]) => {
        const image = call.cloud.images.get(id);
        const isThere = image !== undefined && image.status !== "deleted";
        if (isThere) save(call.cloud, change(call, image, project));
        return { image_id: id, project_id: project, status: isThere ? "SUCCESS" : "FAIL" };
      });
      return { entities: { results } };
    },
  });
}

async function sharing(
  call: Call,
  request: FakeRequest,
): Promise<{ readonly images: readonly StoredImage[]; readonly projects: readonly string[] }> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["images", "projects"]);
  return { images: texts(body, "images").map((id) => ownImage(call, id)), projects: texts(body, "projects") };
}
