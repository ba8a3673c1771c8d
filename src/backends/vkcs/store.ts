/** The domains of VK Cloud's public installations; hosts below them are public, too. */
const PUBLIC_DOMAINS: readonly string[] = [
  "cloud.vk.com",
  "cloud.vk.kz",
  "cloud.vk.ru",
  "infra.mail.ru",
  "mcs.mail.ru",
  "vkcloud.kz",
];

/**
 * What VK Cloud's public installations want to be told when an image is made: to keep its data in their object
 * storage, as Terraform's provider asks for. Private installations may have none.
 *
 * @param endpoint - The image service's URL.
 */
export function storeHeaders(endpoint: string): Readonly<Record<string, string>> {
  return isPublic(new URL(endpoint).hostname) ? { "x-image-meta-store": "s3" } : {};
}

function isPublic(hostname: string): boolean {
  // A name may end in the root's dot.
  const host = hostname.replace(/\.$/, "");
  return PUBLIC_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}
