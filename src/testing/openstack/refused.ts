import { type FakeResponse, json, type Refusal, titleOf } from "../fake/wire.ts";

/** A refusal in words: JSON for who asks for it, else a page. */
export function refused({ status, message, headers }: Refusal, accept: string | null): FakeResponse {
  const title = titleOf(status);
  if (accept?.includes("application/json"))
    return json(
      status,
      { message: `${message}<br /><br />\n\n\n`, code: `${status} ${title}`, title },
      headers,
    );
  const text = message.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const page = `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1>${text}<br /><br /></body></html>`;
  return {
    status,
    headers: { "content-type": "text/html; charset=UTF-8", ...headers },
    body: Buffer.from(page),
  };
}
