import { type Image, UnsupportedError } from "../../model/index.ts";
import type { Backend, CallOptions, CreateFrom } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { kakaocloudError } from "./errors.ts";
import { wireDescription } from "./names.ts";
import { type Calls, isDone } from "./requests.ts";
import { waitUntil } from "./wait.ts";
import { type WireImage, WireOne } from "./wire.ts";

/** How long a new image may be unknown to the image service: Terraform's provider asks ten times, every 2 seconds. */
const APPEARS_WITHIN_MS = 20_000;

/** `POST /volumes/{id}/image`: the volume service makes an image of a volume. */
export function imagesOfVolumes(
  { client, urls }: Calls,
  { get, toImage }: { readonly get: Backend["get"]; readonly toImage: (wire: WireImage) => Image },
): CreateFrom {
  return {
    kinds: ["volumeId"],
    async start(image, source, options) {
      if (!("volumeId" in source))
        throw new UnsupportedError({
          backend: "kakaocloud",
          capability: "source",
          alternative: "use source.volumeId",
        });
      const what = `Creation of image ${image.name} from volume ${source.volumeId}`;
      const { name, description } = image;
      const json = { image: { name, description: wireDescription(description) } };
      const answer = await client({ method: "POST", url: urls.imageOf(source.volumeId), json }, options);
      if (!isDone(answer)) throw kakaocloudError(answer, what);
      const made = toImage(readBody(answer, WireOne, what).image);
      return await whenSeen(made, get, options);
    },
  };
}

/** The image as the image service has it. Whatever goes wrong from here on, the caller has to know its id. */
async function whenSeen(made: Image, get: Backend["get"], options: CallOptions = {}): Promise<Image> {
  let seen: Image | undefined;
  const isSeen = async () => {
    seen = await get(made.id, options);
    return seen !== undefined;
  };
  await waitUntil(isSeen, { timeoutMs: APPEARS_WITHIN_MS, signal: options.signal }).catch(() => false);
  return seen ?? made;
}
