import type { HttpError } from "../../model/index.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { httpError } from "../http/errors.ts";
import { statusOf } from "./codes.ts";

/** A refusal as IMS, EPS and the gateway in front of them write it. */
export interface Refusal {
  /** Such as `IMG.0035`. */
  readonly code: string | undefined;
  readonly message: string;
}

/**
 * The error that a refusal means, by its code: IMS answers 400 nearly always.
 *
 * @param what What was tried, on which object: `Update of image 1bea47ed…`.
 * @param where How far it had come.
 */
export function imsError(answer: HttpAnswer, what: string, where = ""): HttpError {
  const { code, message } = refusalOf(answer.body) ?? { code: undefined, message: "" };
  return httpError({ ...answer, status: statusOf(answer.status, code, message) }, what, where);
}

/** @throws HttpError unless the answer says that it is done. */
export function expectDone(answer: HttpAnswer, what: string): void {
  if (answer.status < 200 || answer.status >= 300) throw imsError(answer, what);
}

/** The code and the words of a refusal: `error_code` and `error_msg`, or `code` and `message`, perhaps in `error`. */
export function refusalOf(body: unknown): Refusal | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const inner = "error" in body ? refusalOf(body.error) : undefined;
  if (inner !== undefined) return inner;
  const code = textOf(body, "error_code") ?? textOf(body, "code");
  const message = textOf(body, "error_msg") ?? textOf(body, "message");
  return code === undefined && message === undefined ? undefined : { code, message: message ?? "" };
}

function textOf(body: object, name: string): string | undefined {
  const value: unknown = Reflect.get(body, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
