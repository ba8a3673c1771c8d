import type { NewImage } from "../../model/index.ts";
import type { Backend, CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { metadataBody } from "./body.ts";
import { migrate } from "./enterprise-project.ts";
import { expectDone } from "./errors.ts";
import { changeFields } from "./patch.ts";
import { type Calls, readWire, toImage } from "./requests.ts";
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
    try {
      return toImage(calls, await placed(calls, wire, image, options));
    } catch (error) {
      // Nobody would see that it is in another project than the options say.
      await connection.client({ method: "DELETE", url: urls.image(wire.id) }).catch(() => undefined);
      throw error;
    }
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

/** In the enterprise project that it declares, else in that of the options. */
async function placed(
  calls: Calls,
  wire: WireImage,
  { properties = {} }: NewImage,
  options?: CallOptions,
): Promise<WireImage> {
  const project = properties["enterprise_project_id"] ?? calls.connection.enterpriseProjectId;
  if (project === undefined || project === (wire["enterprise_project_id"] ?? "0")) return wire;
  await migrate(calls, wire.id, project, options);
  return (await readWire(calls, wire.id, `Creation of image ${wire.id}`, options)) ?? wire;
}
