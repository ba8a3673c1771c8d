/**
 * What a transfer does beside carrying the bytes, by programs of the system, as a shell's words: sha512, and with `keep` a
 * file that is synced. The shell has the variable `dir`, a folder for it.
 *
 * @param produce Writes the bytes.
 * @param consume Takes them.
 * @returns A command that ends when all of it is done; the digest is in `$dir/digest` then.
 */
export function byHand(produce: string, consume: string, keep: boolean): string {
  return [
    'rm -f "$dir/pipe" "$dir/kept"',
    'mkfifo "$dir/pipe"',
    '{ sha512sum < "$dir/pipe" > "$dir/digest" & }',
    `${produce} | tee "$dir/pipe" ${keep ? '"$dir/kept"' : ""} | ${consume}`,
    "wait",
    ...(keep ? ['sync "$dir/kept"'] : []),
  ].join(" && ");
}
