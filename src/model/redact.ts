/** A URL for messages and events: without user information, and with the values of its query hidden. */
export function redactUrl(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (parsed === null) return "[not a URL]";
  parsed.username = "";
  parsed.password = "";
  for (const name of new Set(parsed.searchParams.keys())) parsed.searchParams.set(name, "…");
  return parsed.href.replaceAll("%E2%80%A6", "…");
}

/**
 * A text of somebody else's without the user information of the URLs in it. Glance's addresses of data have the store's
 * credentials there, and those may hold slashes.
 */
export function redactCredentials(text: string): string {
  // Bounded, for the time that a long text takes.
  return text.replaceAll(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"'<>]{0,2000}@/gi, "$1…@");
}

/** A text of somebody else's, in which a URL may stand: with that URL as {@link redactUrl} shows it. */
export function redactUrlIn(text: string, url: string): string {
  const redacted = redactUrl(url);
  // Glance's messages are HTML.
  return [url, url.replaceAll("&", "&amp;")].reduce((all, form) => all.split(form).join(redacted), text);
}
