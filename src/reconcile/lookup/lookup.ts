import type { Image } from "../../model/index.ts";
import { type Calls, callOptions, type Lookup } from "../context.ts";

/** Asks for the images of one name, or for one image, whenever somebody wants to know. */
export function lookupByRequest(calls: Calls): Lookup {
  const { backend } = calls;
  return {
    named: (name) =>
      collect(
        backend.list({ name, owner: backend.projectId }, callOptions(calls)),
        (image) => image.name === name && isOwn(calls, image),
      ),
    get: (id) => backend.get(id, callOptions(calls)),
  };
}

/**
 * Lists the images of this project once, when somebody first wants to know, and finds them there ever after: for
 * many lookups in a moment. An image that isn't in the listing is asked for: it can belong to another project.
 */
export function lookupInListing(calls: Calls): Lookup {
  const { backend } = calls;
  const list = async () => {
    const images = await collect(backend.list({ owner: backend.projectId }, callOptions(calls)), (image) =>
      isOwn(calls, image),
    );
    return {
      byName: Map.groupBy(images, ({ name }) => name),
      byId: new Map(images.map((image) => [image.id, image])),
    };
  };
  let listing: ReturnType<typeof list> | undefined;
  const listed = () => {
    listing ??= list();
    return listing;
  };
  return {
    named: async (name) => (await listed()).byName.get(name) ?? [],
    get: async (id) => (await listed()).byId.get(id) ?? backend.get(id, callOptions(calls)),
  };
}

/** Whether an image belongs to the project that the backend acts for; where nobody knows, each does. */
export function isOwn({ backend: { projectId } }: Pick<Calls, "backend">, { owner }: Image): boolean {
  return projectId === undefined || owner === projectId;
}

async function collect(images: AsyncIterable<Image>, isWanted: (image: Image) => boolean): Promise<Image[]> {
  const wanted: Image[] = [];
  for await (const image of images) if (isWanted(image)) wanted.push(image);
  return wanted;
}
