import { inspect } from "node:util";
import { expect } from "vitest";

/** What a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("It was expected to fail");
  return result.reason;
}

/** Looks for secrets in everything that people do with an error. */
export function expectNoSecret(error: unknown, ...secrets: readonly string[]): void {
  const forms = [
    String(error),
    JSON.stringify(error) ?? "",
    inspect(error, { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null }),
    error instanceof Error ? (error.stack ?? "") : "",
  ];
  for (const secret of secrets) {
    for (const form of forms) expect(form).not.toContain(secret);
  }
}
