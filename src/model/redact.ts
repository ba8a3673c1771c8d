/** A URL for messages and events: without user information, and with the values of its query hidden. */
export function redactUrl(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (parsed === null) return "[not a URL]";
  parsed.username = "";
  parsed.password = "";
  for (const name of new Set(parsed.searchParams.keys())) parsed.searchParams.set(name, "…");
  return parsed.href.replaceAll("%E2%80%A6", "…");
}
