/** How much the soak does, and with which chance: to be repeated with the seed that a run has printed. */

/** `IMAGEWRIGHT_SOAK_SEED`: everything that is chosen by chance follows from it. Default: another one each time. */
export const seed: number = numberOf("IMAGEWRIGHT_SOAK_SEED") ?? Math.floor(Math.random() * 2 ** 31);

/** `IMAGEWRIGHT_SOAK_KILLS`: how many runs are killed on Glance; half as many are on a folder. */
export const kills: number = numberOf("IMAGEWRIGHT_SOAK_KILLS") ?? 200;

/** `IMAGEWRIGHT_SOAK_FAULTS`: how many faults are injected at least. */
export const faults: number = numberOf("IMAGEWRIGHT_SOAK_FAULTS") ?? 1000;

/** `IMAGEWRIGHT_SOAK_RACES`: how often two processes apply one spec at once, on each backend. */
export const races: number = numberOf("IMAGEWRIGHT_SOAK_RACES") ?? 40;

/** `IMAGEWRIGHT_SOAK_DOWNLOADS`: how many downloads of two processes are killed. */
export const downloads: number = numberOf("IMAGEWRIGHT_SOAK_DOWNLOADS") ?? 100;

function numberOf(name: string): number | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new Error(`${name} is ${value}, and may be 0, 1, 2, …`);
  return number;
}
