import {
  checkQuery,
  compareImages,
  HttpError,
  type Image,
  type ImageQuery,
  type ImageSpec,
  ImageStateError,
  isGone,
  matchesQuery,
  SpecError,
} from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { type Family, familyOf, replacedId } from "../plan/interrupted.ts";
import { isOwn } from "./lookup.ts";
import { isUnderWay } from "./under-way.ts";

const MAX_LISTED = 10;

/** The images that answer to a query, in its order. */
export async function* listImages(context: Context, query: ImageQuery): AsyncGenerator<Image> {
  checkQuery(query);
  if (query.sort === undefined && query.newest !== true) {
    for await (const image of context.backend.list(query, callOptions(context))) {
      if (matchesQuery(image, query) && !(query.memberStatus !== undefined && isOwn(context, image)))
        yield image;
    }
    return;
  }
  const { sort: _sort, newest, ...filter } = query;
  const images = await collect(listImages(context, filter));
  if (newest === true) images.sort(compareImages({ sort: "createdAt:desc" })).splice(1);
  yield* images.sort(compareImages(query));
}

/**
 * The one image that answers to a query.
 *
 * @throws HttpError `ERR_HTTP_NOT_FOUND` when there is none.
 * @throws ImageStateError `ERR_IMAGE_AMBIGUOUS` when there are several, with all of them in `matches`.
 */
export async function findImage(context: Context, query: ImageQuery): Promise<Image> {
  const images = await collect(listImages(context, query));
  const [image, ...others] = images;
  if (image === undefined)
    throw notFound(`No image of the ${context.backend.name} backend answers to ${describe(query)}`);
  if (others.length > 0) {
    throw ambiguous(`${images.length} images answer to ${describe(query)}: ${listIds(images)}`, images);
  }
  return image;
}

/**
 * The image that a spec is about: the one with `id`, else the one with the spec's id, else the one that this
 * project owns with the spec's name.
 *
 * @throws HttpError `ERR_HTTP_NOT_FOUND` when `id` is given and there is no such image.
 * @throws ImageStateError `ERR_IMAGE_AMBIGUOUS` when several have the name.
 */
export async function findActual(
  context: Context,
  spec: ImageSpec,
  id: string | undefined,
): Promise<Family | undefined> {
  const family =
    id === undefined
      ? await findOwn(context, spec)
      : await findFamily(context, spec, await getExisting(context, id));
  if (family === undefined) return undefined;
  const wanted = spec.members !== undefined;
  const [image, ...successors] = await Promise.all(
    [family.image, ...family.successors].map((each) => withMembers(context, each, wanted)),
  );
  return image === undefined ? undefined : { ...family, image, successors };
}

/** An image that was asked for by its id, and what replacements of it have made: under its name, or the spec's. */
async function findFamily(context: Context, spec: ImageSpec, image: Image): Promise<Family> {
  const names = [...new Set([spec.name, image.name])];
  const named = await Promise.all(names.map((name) => context.lookup.named(name)));
  const isSuccessor = (other: Image) => replacedId(other) === image.id && other.id !== image.id;
  return {
    image,
    successors: named.flat().filter((other) => isSuccessor(other) && !isGone(other.status)),
    doubles: [],
  };
}

/**
 * The image of this id.
 *
 * @throws HttpError `ERR_HTTP_NOT_FOUND` when there is none.
 */
export async function getExisting(context: Context, id: string): Promise<Image> {
  checkId(id);
  const image = await context.backend.get(id, callOptions(context));
  if (image === undefined) throw notFound(`There is no image ${id}`);
  return image;
}

/**
 * Checks an id that a user gives: an empty one would name the list of all images.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when it is none.
 */
export function checkId(id: unknown): void {
  if (typeof id === "string" && id !== "") return;
  throw new SpecError([{ path: ["id"], message: "must be the id of an image" }], { subject: "The call" });
}

/** The image with its members, where they are wanted. */
export async function withMembers(context: Context, image: Image, wanted: boolean): Promise<Image> {
  const { members } = context.backend;
  if (!wanted || members === undefined || image.members !== undefined) return image;
  return { ...image, members: await members.list(image.id, callOptions(context)) };
}

async function findOwn(context: Context, spec: ImageSpec): Promise<Family | undefined> {
  const named = (await context.lookup.named(spec.name)).filter((image) => !isGone(image.status));
  const images = await withRelated(context, spec, named);
  const family = familyOf(images, (image) => isUnderWay(context, image));
  if (family === undefined && images.length > 1) {
    const ids = images.map(({ id }) => id).join(" and ");
    throw ambiguous(
      `${images.length} images of the ${context.backend.name} backend are named ${JSON.stringify(spec.name)}: ${ids}. Give the id of one, or delete one`,
      images,
    );
  }
  return family;
}

/** With the image of the spec's own id, and those whose place others take, whatever their names. */
async function withRelated(context: Context, spec: ImageSpec, named: readonly Image[]): Promise<Image[]> {
  const images = new Map(named.map((image) => [image.id, image]));
  const wanted = [spec.id, ...named.map(replacedId)];
  for (const id of wanted) {
    if (id === undefined || images.has(id)) continue;
    const image = await context.lookup.get(id);
    if (image !== undefined && !isGone(image.status) && (id === spec.id || isOwn(context, image)))
      images.set(id, image);
  }
  const own = spec.id === undefined ? undefined : images.get(spec.id);
  if (own === undefined) return [...images.values()];
  return [...images.values()].filter(
    (image) => image === own || replacedId(own) === image.id || replacedId(image) === own.id,
  );
}

/** The ids of some images, as many as a message has room for. */
function listIds(images: readonly Image[]): string {
  const ids = images.slice(0, MAX_LISTED).map(({ id }) => id);
  return `${ids.join(", ")}${images.length > MAX_LISTED ? ", …" : ""}`;
}

function ambiguous(message: string, images: readonly Image[]): ImageStateError {
  const matches = images.map(({ id, name }) => ({ id, name }));
  return new ImageStateError(message, { code: "ERR_IMAGE_AMBIGUOUS", matches });
}

function notFound(message: string): HttpError {
  return new HttpError(message, { code: "ERR_HTTP_NOT_FOUND", status: 404 });
}

function describe({ namePattern, ...query }: ImageQuery): string {
  return JSON.stringify(namePattern === undefined ? query : { ...query, namePattern: String(namePattern) });
}

async function collect(images: AsyncIterable<Image>): Promise<Image[]> {
  const all: Image[] = [];
  for await (const image of images) all.push(image);
  return all;
}
