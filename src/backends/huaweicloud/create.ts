import type { NewImage } from "../../model/index.ts";
import type { Backend, CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { metadataBody } from "./body.ts";
import { placed } from "./enterprise-project.ts";
import { expectDone } from "./errors.ts";
import { changeFields } from "./patch.ts";
import { type Calls, toImage } from "./requests.ts";
import { WireImage } from "./wire.ts";

/** `POST /v2/images`: an image without data. What that doesn't take follows at once. */
export function creation(calls: Calls): NonNullable<Backend["create"]> {
  return async (image, options) => {
    const what = `Creation of image ${image.name}`;
    const { connection, urls } = calls;
    const answer = await connection.client(
      { method: "POST", url: urls.images, json: metadataBody(image) },
      options,
    );
    expectDone(answer, what);
    const wire = await described(calls, readBody(answer, WireImage, what), image, options);
    return await placed(calls, toImage(calls, wire), image, options);
  };
}

/** The image is there whatever becomes of its description: the caller sees that it has none, and adds it. */
async function described(
  calls: Calls,
  wire: WireImage,
  { description }: NewImage,
  options?: CallOptions,
): Promise<WireImage> {
  if (!description) return wire;
  const fields = [{ name: "__description", value: description }];
  return changeFields(calls, wire, fields, options).catch(() => wire);
}
