import { type FakeResponse, json, Refusal, titleOf } from "../fake/wire.ts";

/** A refusal of IMS. */
export class ImsRefusal extends Refusal {
  /** Such as `IMG.0035`. */
  readonly code: string;

  constructor(code: string, message: string, status = 400) {
    super(status, message);
    this.code = code;
  }
}

/** A refusal of the gateway that is in front of every service. */
export class GatewayRefusal extends Refusal {
  /** Such as `APIGW.0301`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(status, message);
    this.code = code;
  }
}

/** Nobody can say who it is that asks. */
export function unauthenticated(reason: string): GatewayRefusal {
  return new GatewayRefusal(401, "APIGW.0301", `Incorrect IAM authentication information: ${reason}`);
}

/** What is not written as it should be. */
export function malformed(message: string): ImsRefusal {
  return new ImsRefusal("IMG.0001", message);
}

/** A refusal as each service writes it. */
export function refusalAnswer(refusal: Refusal, service: string, requestId: string): FakeResponse {
  const { status, message } = refusal;
  if (refusal instanceof GatewayRefusal)
    return json(status, { error_code: refusal.code, error_msg: message, request_id: requestId });
  if (refusal instanceof ImsRefusal) return json(status, { error: { message, code: refusal.code } });
  if (service === "iam") return json(status, { error: { code: status, message, title: titleOf(status) } });
  if (service === "eps") return json(status, { error: { error_code: "EPS.0004", error_msg: message } });
  return json(status, { error: { message, code: status === 404 ? "IMG.0144" : "IMG.0001" } });
}

/** A refusal that a test wants. */
export function wantedRefusal(status: number): Refusal {
  if (status === 401) return unauthenticated("as the test wants it");
  if (status === 429)
    return new GatewayRefusal(status, "APIGW.0308", "The throttling threshold has been reached.");
  if (status >= 500) return new GatewayRefusal(status, "APIGW.0201", "As the test wants it.");
  return new Refusal(status, "As the test wants it.");
}
