const multipliers: Readonly<Record<string, number>> = {
  "": 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** "1GiB" → 1073741824 */
export function parseSizeBytes(text: string): number {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const multiplier = Object.hasOwn(multipliers, unit) ? multipliers[unit] : undefined;
  if (amount === undefined || multiplier === undefined) {
    throw new Error(`"${text}" is not a size, such as 512MiB or 1GiB`);
  }
  return Math.round(Number(amount) * multiplier);
}
