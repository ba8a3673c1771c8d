import { type FakeResponse, json, Refusal, titleOf } from "../fake/wire.ts";

/** One thing that FastAPI's validation finds. */
export interface Detail {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** What is written wrong: 422, in a form of its own. */
export class Invalid extends Error {
  readonly detail: readonly Detail[];

  constructor(...detail: readonly Detail[]) {
    super("invalid");
    this.detail = detail;
  }
}

/** A refusal of the image and volume services: the code is a word. */
export function refused(error: Refusal | Invalid): FakeResponse {
  if (error instanceof Invalid) return json(422, { detail: error.detail });
  const { status, message, headers } = error;
  const code = titleOf(status).replaceAll(" ", "");
  return json(status, { error: { code, message: message || titleOf(status) } }, headers);
}

/** A refusal of IAM, which is a Keystone: the code is a number. */
export function refusedByIam(error: Refusal | Invalid): FakeResponse {
  const { status, message } = error instanceof Refusal ? error : { status: 400, message: "invalid" };
  return json(status, { error: { code: status, message, title: titleOf(status) } });
}
