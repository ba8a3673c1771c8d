import { Refusal } from "../fake/wire.ts";

/** Glance's own defaults. */
const MAX = 128;

export function checkPropertyQuota(count: number): void {
  if (count > MAX)
    throw new Refusal(
      413,
      `The limit has been exceeded on the number of allowed image properties. Attempted: ${count}, Maximum: ${MAX}`,
    );
}

/** Its tags, each once. The quota counts them as they were given. */
export function checkTags(tags: readonly unknown[]): readonly string[] {
  if (tags.length > MAX)
    throw new Refusal(
      413,
      `The limit has been exceeded on the number of allowed image tags. Attempted: ${tags.length}, Maximum: ${MAX}`,
    );
  return [...new Set(tags.map(String))];
}

export function checkMemberQuota(count: number): void {
  if (count > MAX)
    throw new Refusal(
      413,
      `The limit has been exceeded on the number of allowed image members for this image. Attempted: ${count}, Maximum: ${MAX}`,
    );
}
