import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Interfere, Interference, PassingRequest } from "../../integration/support/proxy.ts";
import type { Chance } from "./chance.ts";

/** What can go wrong with a request. */
type Fault = (request: PassingRequest, chance: Chance) => Interference | Promise<Interference>;

const refuse =
  (status: number): Fault =>
  () => ({ answer: { status, headers: { "retry-after": "0" } } });

const rewriteTo =
  (body: (answer: Answer, chance: Chance) => string, status?: number): Fault =>
  (_request, chance) => ({
    rewrite: (answer) => ({
      status: status ?? answer.status,
      headers: { "content-type": "application/json" },
      body: body(answer, chance),
    }),
  });

const HTML = "<html><body><h1>It works!</h1></body></html>";

/** Longer than the calls of a disturbed manager may take, see {@link TIMEOUT_MS}. */
const STALL_MS = 2_000;

/** How long an attempt of a disturbed call may take. */
export const TIMEOUT_MS = 1_500;

const OF_ALL: Readonly<Record<string, Fault>> = {
  "429 instead": refuse(429),
  "500 instead": refuse(500),
  "502 instead": refuse(502),
  "503 instead": refuse(503),
  "401 instead": refuse(401),
  "502 after the cloud did it": rewriteTo(() => HTML, 502),
  "500 after the cloud did it": rewriteTo(() => "", 500),
  "cut before the cloud did it": () => ({ drop: true }),
  "cut after the cloud did it": () => ({ loseAnswer: true }),
  "truncated answer": rewriteTo(({ body = "" }, chance) =>
    String(body).slice(0, chance.integer(String(body).length)),
  ),
  "HTML in place of the answer": rewriteTo(() => HTML, 200),
  "an empty answer": rewriteTo(() => ""),
};

const OF_CALLS: Readonly<Record<string, Fault>> = {
  "no answer in time": () => sleep(STALL_MS, { drop: true }),
  "an answer that comes too late": () => ({
    rewrite: async (answer) => {
      await sleep(STALL_MS);
      return answer;
    },
  }),
};

const OF_BODIES: Readonly<Record<string, Fault>> = {
  "cut in its body": ({ method }, chance) => ({
    cutAfterBytes: chance.integer(method === "PUT" ? 64 * 1024 : 200),
  }),
};

/** What the cloud says of something else: of a read it would be the truth, for all that anybody can know. */
const OF_WRITES: Readonly<Record<string, Fault>> = {
  "a 409 for nothing": refuse(409),
  "a 404 for nothing": refuse(404),
};

/** The faults that may befall a request. */
function faultsOf({ method }: PassingRequest): Readonly<Record<string, Fault>> {
  return {
    ...OF_ALL,
    ...(method === "PUT" ? {} : OF_CALLS),
    ...(method === "GET" || method === "DELETE" ? {} : OF_BODIES),
    ...(method === "GET" ? {} : OF_WRITES),
  };
}

/** Disturbs so many of the requests by chance, and tells of each. */
export function disturb(chance: Chance, probability: number, tell: (fault: string) => void): Interfere {
  return (request) => {
    if (!chance.happens(probability)) return undefined;
    const faults = Object.entries(faultsOf(request));
    const [name, fault] = faults[chance.integer(faults.length)] ?? [];
    if (name === undefined || fault === undefined) return undefined;
    tell(`${request.method} ${name}`);
    return fault(request, chance);
  };
}
