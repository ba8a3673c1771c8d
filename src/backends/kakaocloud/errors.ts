import { z } from "zod";
import type { HttpError } from "../../model/index.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { httpError } from "../http/errors.ts";

const Validation = z.object({
  detail: z.union([
    z.string(),
    z.array(
      z.object({ loc: z.array(z.union([z.string(), z.number()])).nullish(), msg: z.string().nullish() }),
    ),
  ]),
});

const Coded = z.object({ error: z.object({ code: z.string(), message: z.string().nullish() }) });

/** The error that a refusal of KakaoCloud means: it has three forms, each told in one sentence. */
export function kakaocloudError(answer: HttpAnswer, what: string): HttpError {
  return httpError({ ...answer, body: wordsOf(answer.body) ?? answer.body }, what);
}

/** Whether an id is refused for what it is written like: there is no such thing, then. */
export function isMalformedId({ status, body }: Pick<HttpAnswer, "status" | "body">): boolean {
  const result = Validation.safeParse(body);
  if (status !== 422 || !result.success || typeof result.data.detail === "string") return false;
  return result.data.detail.some(({ loc }) => loc?.[0] === "path");
}

/** The words of FastAPI's validation (422), or of the services' own errors. IAM's are Keystone's. */
function wordsOf(body: unknown): string | undefined {
  const coded = Coded.safeParse(body);
  if (coded.success) {
    const { code, message } = coded.data.error;
    return message ? `${message} (${code})` : code;
  }
  const validation = Validation.safeParse(body);
  if (!validation.success) return undefined;
  const { detail } = validation.data;
  if (typeof detail === "string") return detail;
  return detail.map(({ loc, msg }) => `${placeOf(loc ?? [])}${msg ?? "is wrong"}`).join("; ");
}

/** `["body", "image", "name"]` is the name: what it is in is known. */
function placeOf(loc: readonly (string | number)[]): string {
  const path = loc.filter(
    (key, index) => !(index === 0 && key === "body") && !(index === 1 && key === "image"),
  );
  return path.length === 0 ? "" : `${path.join(".")}: `;
}
