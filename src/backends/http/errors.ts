import type { z } from "zod";
import {
  HttpError,
  httpErrorCode,
  isRetryableStatus,
  issuesOf,
  NetworkError,
  ResponseError,
  redactCredentials,
  redactUrl,
} from "../../model/index.ts";
import { ProxyError } from "../../network/proxy-error.ts";
import { type HttpAnswer, requestIdOf } from "./answer.ts";
import { codeOf, failureKind, retryAfterMs } from "./retry.ts";

/**
 * The error that a refusal means.
 *
 * @param what What was tried, on which object: `Update of image 1bea47ed…`.
 * @param where How far it had come: ` at byte 100 of 200`.
 */
export function httpError(answer: HttpAnswer, what: string, where = ""): HttpError {
  const { method, url, status } = answer;
  const requestId = requestIdOf(answer);
  const reason = reasonOf(answer.body);
  const words = [
    `${what} failed${where}: ${status}`,
    // A page begins with the status, too.
    reason.startsWith(`${status} `) ? reason.slice(`${status} `.length) : reason,
    requestId === undefined ? "" : `[${requestId}]`,
  ];
  return new HttpError(words.filter((word) => word !== "").join(" "), {
    code: httpErrorCode(status),
    status,
    method,
    url: redactUrl(url),
    requestId,
    retryAfterMs: retryAfterMs(answer.headers),
    retryable: isRetryableStatus(status),
  });
}

/** The same refusal, with words on what it means or what to do. */
export function explained(refusal: HttpError, explanation: string): HttpError {
  return new HttpError(`${refusal.message}: ${explanation}`, refusal);
}

/**
 * The body of an answer, as its API promises it.
 *
 * @throws ResponseError `ERR_RESPONSE_INVALID` when it isn't.
 */
export function readBody<Value>(answer: HttpAnswer, schema: z.ZodType<Value>, what: string): Value {
  const result = schema.safeParse(answer.body);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(issuesOf);
  const [first] = issues;
  const found = first === undefined ? "" : `: ${first.path.join(".") || "the body"}: ${first.message}`;
  throw new ResponseError(
    `${what}: the answer of ${redactUrl(answer.url)} isn't what the API promises${found}`,
    {
      issues,
      requestId: requestIdOf(answer),
    },
  );
}

/** The words of an error body, without credentials: Glance's and Keystone's JSON, or a page of HTML. */
export function reasonOf(body: unknown): string {
  const text = messageOf(body) ?? "";
  const plain = text.replaceAll(/<(title|style)[\s\S]*?<\/\1>/gi, " ").replaceAll(/<[^>]*>/g, " ");
  const words = redactCredentials(plain.replaceAll(/\s+/g, " ").trim());
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}

function messageOf(body: unknown): string | undefined {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null) return undefined;
  if ("message" in body && typeof body.message === "string") return withCode(body.message, body);
  // What a gateway says in front of a service of Huawei Cloud.
  if ("error_msg" in body && typeof body.error_msg === "string") return withCode(body.error_msg, body);
  return "error" in body ? messageOf(body.error) : undefined;
}

/** With the code that manuals list, such as `IMG.0035`. Keystone's and Glance's are the status once more. */
function withCode(message: string, body: object): string {
  const { code, error_code = code }: { code?: unknown; error_code?: unknown } = body;
  const isName = typeof error_code === "string" && /^[a-z][\w.-]*$/i.test(error_code);
  return isName ? `${message} (${error_code})` : message;
}

/** The error of a call that got no answer. It is worth another attempt unless a name, a certificate or a proxy is wrong. */
export function networkError(
  method: string,
  url: string,
  phase: NetworkError["phase"],
  cause: unknown,
): NetworkError {
  const kind = failureKind(cause);
  const advice = cause instanceof ProxyError ? "" : adviceOn(codeOf(cause), failureOf(cause));
  return new NetworkError(`${method} ${redactUrl(url)} failed: ${failureOf(cause)}${advice}`, {
    code: "ERR_NETWORK",
    phase,
    cause,
    retryable: kind !== "dns" && kind !== "tls" && kind !== "proxy",
  });
}

/** What to do about a certificate. Nothing is added where the reason says it all. */
function adviceOn(code: string, reason: string): string {
  if (/^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|SELF_SIGNED_CERT/.test(code))
    return ": set cacert (OS_CACERT) to the PEM file of the authority that signed the server's certificate";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return ": use a name of the certificate in authUrl, or in imageEndpointOverride";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return ": only verify: false would accept it, and would accept any other as well";
  // TLS 1.3 has a code for it; of TLS 1.2 there is EPROTO, and OpenSSL's words.
  if (/alert (certificate required|handshake failure)/.test(reason))
    return ": where the server asks for a certificate, set cert and key (OS_CERT, OS_KEY)";
  return "";
}

/** Why no answer came. Node.js has no message for a host of several addresses, none of which answers. */
export function failureOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ("code" in cause ? String(cause.code) : cause.name);
}
