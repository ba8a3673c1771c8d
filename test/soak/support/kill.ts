import type { Interference, PassingRequest } from "../../integration/support/proxy.ts";
import type { Chance } from "./chance.ts";
import type { Worker } from "./processes.ts";

/** How long a run takes that nobody disturbs. */
export interface Run {
  readonly durationMs: number;
  /** How many requests it makes to the cloud, where somebody counts them. */
  readonly requests?: number;
}

/** Kills a worker at a random time of its run. */
export async function killAtTime(worker: Worker, { durationMs }: Run, chance: Chance): Promise<void> {
  const timer = setTimeout(worker.kill, chance.number() * durationMs * 1.1);
  await worker.told;
  clearTimeout(timer);
}

/** Something that kills a worker when one of its requests is on its way. */
export interface Trap {
  readonly interfere: (request: PassingRequest) => Interference | undefined;
  set(worker: Worker): void;
}

/** Kills a worker at a random request: before the cloud sees it, in its body, or when the cloud has answered. */
export function trapAtRequest({ requests = 1 }: Run, chance: Chance): Trap {
  const number = 1 + chance.integer(requests);
  const where = chance.pick(["before", "in its body", "behind"]);
  let count = 0;
  let worker: Worker | undefined;
  const kill = (): void => worker?.kill();
  return {
    set(caught) {
      worker = caught;
    },
    interfere() {
      count += 1;
      if (count !== number) return undefined;
      if (where === "before") {
        kill();
        return { drop: true };
      }
      if (where === "behind") {
        return {
          rewrite: (answer) => {
            kill();
            return answer;
          },
        };
      }
      return {
        alter: (part) => {
          setTimeout(kill, chance.number() * 5);
          return part;
        },
      };
    },
  };
}
