/**
 * One segment of a URL's path. Dots alone, or nothing, would lead to another path (RFC 3986, section 5.2.4): in their
 * place is an id that nobody has.
 */
export function segment(text: string): string {
  return /^\.{0,2}$/.test(text) ? "-" : encodeURIComponent(text);
}
