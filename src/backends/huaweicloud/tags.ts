/** The values of an image's tags, by their keys. */
export type Tags = ReadonlyMap<string, string>;

/** How many tags an image has at most. */
export const MAX_TAGS = 10;
const MAX_KEY = 36;
const MAX_VALUE = 43;

/** A tag in its two parts, at the first `=`. */
export function pairOf(tag: string): readonly [key: string, value: string] {
  const at = tag.indexOf("=");
  return at < 0 ? [tag, ""] : [tag.slice(0, at), tag.slice(at + 1)];
}

/** A tag as specs have it; one without a value is `key=`. */
export function tagOf([key, value]: readonly [key: string, value: string]): string {
  return `${key}=${value}`;
}

/** Of tags with the same key the last one counts. */
export function tagsOf(tags: readonly string[]): Tags {
  return new Map(tags.map(pairOf));
}

/** Tags as IMS takes them in bodies. */
export function wireTags(tags: Iterable<readonly [string, string]>): readonly WireTag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** A tag as IMS takes it. */
export interface WireTag {
  readonly key: string;
  readonly value: string;
}

/** Why Huawei Cloud would refuse, or change, this tag; `undefined` when it would not. */
export function tagProblem(tag: string): string | undefined {
  if (!tag.includes("="))
    return `must be "key=value" on Huawei Cloud; a key without a value is ${JSON.stringify(`${tag}=`)}`;
  const [key, value] = pairOf(tag);
  if (key === "") return "has no key before its =";
  if ([...key].length > MAX_KEY) return `has a key of more than ${MAX_KEY} characters`;
  if ([...value].length > MAX_VALUE) return `has a value of more than ${MAX_VALUE} characters`;
  if (key !== key.trim() || value !== value.trim())
    return "has white space around its key or its value, which Huawei Cloud strips";
  return undefined;
}

/** A key that two tags have. */
export function repeatedKey(tags: readonly string[]): string | undefined {
  const keys = tags.map((tag) => pairOf(tag)[0]);
  return keys.find((key, index) => keys.indexOf(key) !== index);
}
