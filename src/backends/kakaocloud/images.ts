import type { Image } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { missing } from "../record.ts";
import { imagesOfVolumes } from "./create.ts";
import { deletion } from "./delete.ts";
import { kakaocloudError } from "./errors.ts";
import { listImages } from "./list.ts";
import { imageFromWire } from "./mapping.ts";
import { kakaocloudMembers } from "./members.ts";
import { type Calls, isDone, isNowhere } from "./requests.ts";
import { kakaocloudRules } from "./rules.ts";
import { kakaocloudSpec } from "./spec.ts";
import { changesOf } from "./update.ts";
import { type WireImage, WireOne } from "./wire.ts";

/** What tells one backend from another. */
export interface ImagesOptions extends Calls {
  readonly region: string;
  readonly projectId: string | undefined;
}

/** A backend that speaks the image service of KakaoCloud, and the volume service for new images. */
export function kakaocloudImages(options: ImagesOptions): Backend {
  const { client, urls, region, projectId } = options;
  const toImage = (wire: WireImage): Image => imageFromWire(wire, { region });

  const get: Backend["get"] = async (id, callOptions) => {
    const what = `Reading of image ${id}`;
    const answer = await client({ method: "GET", url: urls.image(id) }, callOptions);
    if (isNowhere(answer)) return undefined;
    if (answer.status !== 200) throw kakaocloudError(answer, what);
    const image = toImage(readBody(answer, WireOne, what).image);
    return image.status === "deleted" ? undefined : image;
  };

  return {
    name: "kakaocloud",
    region,
    projectId,
    spec: kakaocloudSpec(region),
    rules: kakaocloudRules,
    idsAreGivenBy: "cloud",
    get,
    list: (query, callOptions) => listImages({ ...options, toImage }, query, callOptions),

    async update(id, operations, callOptions) {
      const image = changesOf(id, operations);
      if (Object.keys(image).length > 0) {
        const request = { method: "PUT", url: urls.image(id), json: { image }, repeatable: true } as const;
        const answer = await client(request, callOptions);
        if (isNowhere(answer)) throw missing(id);
        if (!isDone(answer)) throw kakaocloudError(answer, `Update of image ${id}`);
      }
      // The answer to a change lacks some fields.
      const changed = await get(id, callOptions);
      if (changed === undefined) throw missing(id);
      return changed;
    },

    delete: deletion(options, get),
    createFrom: imagesOfVolumes(options, { get, toImage }),
    members: kakaocloudMembers(options),
  };
}
