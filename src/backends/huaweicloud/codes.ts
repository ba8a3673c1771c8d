/** What a code of IMS means, as the HTTP status that it should have had: it answers nearly everything with 400. */
const STATUSES: Readonly<Record<string, number>> = {
  // No such server, image, key or enterprise project.
  "IMG.0005": 404,
  "IMG.0027": 404,
  "IMG.0066": 404,
  "IMG.0086": 404,
  "IMG.0144": 404,
  // A server that runs, a name that is taken, a task or a status that is in the way.
  "IMG.0008": 409,
  "IMG.0009": 409,
  "IMG.0010": 409,
  "IMG.0046": 409,
  "IMG.0090": 409,
  "IMG.0148": 409,
  "IMG.0168": 409,
  "IMG.0169": 409,
  "IMG.0170": 409,
  "IMG.0171": 409,
  "IMG.0172": 409,
  "IMG.0173": 409,
  "IMG.0174": 409,
  // Protected, somebody else's, encrypted, shared with oneself.
  "IMG.0028": 403,
  "IMG.0047": 403,
  "IMG.0076": 403,
  "IMG.0098": 403,
  // Quotas: of images, members and tags.
  "IMG.0015": 413,
  "IMG.0088": 413,
  "IMG.0116": 413,
  // Flow control, of IMS and of the gateway.
  "IMG.0060": 429,
  "APIGW.0308": 429,
};

/** A PATCH adds what is there already, or replaces what isn't. */
export const ATTRIBUTE_CONFLICT = "IMG.0035";

/** The status that a refusal should have had. Where it isn't the usual 400, it means what it says. */
export function statusOf(status: number, code: string | undefined, words: string): number {
  if (status !== 400) return status;
  // A volume that isn't there has no code of its own: its words are all there is.
  if (/\bvolume\b.*(does not exist|not found|could not be found)/i.test(words)) return 404;
  return code === undefined || !Object.hasOwn(STATUSES, code) ? status : (STATUSES[code] ?? status);
}
