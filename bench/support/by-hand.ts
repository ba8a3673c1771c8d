/**
 * What is left to do by hand when a URL is piped into a request, as a shell's words: a digest, and with a file, keeping
 * it. The shell has the variable `dir`, a folder for it.
 *
 * @param produce Writes the bytes.
 * @param consume Takes them.
 * @returns A command that ends when all of it is done; the digest is in `$dir/digest` then.
 */
export function byHand(
  produce: string,
  consume: string,
  { algorithm = "sha512", keep = false }: { readonly algorithm?: string; readonly keep?: boolean } = {},
): string {
  const kept = keep ? '"$dir/kept"' : "";
  return [
    'rm -f "$dir/pipe" "$dir/kept"',
    'mkfifo "$dir/pipe"',
    `{ ${algorithm}sum < "$dir/pipe" > "$dir/digest" & }`,
    `${produce} | tee ${kept} "$dir/pipe" | ${consume}`,
    "wait",
    ...(keep ? ['sync "$dir/kept"'] : []),
  ].join(" && ");
}
