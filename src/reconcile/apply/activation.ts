import { type Image, UnsupportedError } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { getExisting } from "../lookup/find.ts";

/** Closes the data of an image, or opens it again, and reads the image. */
export async function setActivation(
  context: Context,
  id: string,
  action: "deactivate" | "reactivate",
): Promise<Image> {
  const { backend } = context;
  if (backend[action] === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: action });
  await backend[action](id, callOptions(context));
  return getExisting(context, id);
}
