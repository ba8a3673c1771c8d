import { Cut } from "./controls.ts";
import type { Serve } from "./serve.ts";

/**
 * What of msw is needed: `import * as msw from "msw"` has it. Not msw's own types, so that who doesn't have msw needs
 * none of them.
 */
export interface Msw<Handler> {
  readonly http: {
    all(path: string, resolver: (info: { readonly request: Request }) => Promise<Response>): Handler;
  };
}

/** Handlers of msw for everything at an origin. */
export function handlersFor<Handler>(
  { http: { all } }: Msw<Handler>,
  origin: string,
  serve: Serve,
): readonly Handler[] {
  return [
    all(`${origin}/*`, async ({ request }) => {
      try {
        const { method, headers } = request;
        const {
          status,
          headers: answered,
          body,
        } = await serve({
          method,
          url: new URL(request.url),
          headers,
          body: request.body ?? nothing(),
        });
        const hasBody = status !== 204 && method !== "HEAD";
        return new Response(hasBody ? Uint8Array.from(body ?? []) : null, { status, headers: answered });
      } catch (error) {
        if (error instanceof Cut) return Response.error();
        throw error;
      }
    }),
  ];
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
