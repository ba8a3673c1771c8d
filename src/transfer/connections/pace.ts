/** What a download has come to at a moment; two moments are compared. */
export interface Measure {
  readonly nowMs: number;
  /** How many bytes have come, over all connections. */
  readonly receivedBytes: number;
  /** For how long there was nothing to do but to wait for bytes. */
  readonly idleMs: number;
}

/** How many connections a download has, and what they are judged by. */
export interface Pace {
  readonly connections: number;
  /** Whether it stays at that. */
  readonly isSettled: boolean;
  /** From when on these connections are measured. */
  readonly fromMs: number;
  /** The first measure since then. */
  readonly since: Measure | undefined;
  /** What came over one connection less; 0 where there is only one. */
  readonly bytesPerMsBefore: number;
}

/** How a {@link Pace} is found. */
export interface PaceRules {
  readonly maxConnections: number;
  /** For how long connections are measured, in milliseconds. */
  readonly windowMs: number;
  /** How long a new connection has before that, in milliseconds: it is set up, and TCP starts slowly. */
  readonly settleMs: number;
  /** From which share of the time on that is spent waiting the source is what makes the download slow. */
  readonly idleShare: number;
  /** How many times as fast it has to be with so many connections as with one less. */
  growthBy(connections: number): number;
}

/** The pace of a download that begins. */
export function firstPace(fromMs: number): Pace {
  return { connections: 1, isSettled: false, fromMs, since: undefined, bytesPerMsBefore: 0 };
}

/**
 * The pace after a measure. Where the source is slow there is a further connection, as long as the last one made the
 * download faster; the one that didn't goes again, and there are no more. A time in which something else was slow
 * tells nothing.
 */
export function nextPace(pace: Pace, measure: Measure, rules: PaceRules): Pace {
  const { connections, isSettled, fromMs, since, bytesPerMsBefore } = pace;
  if (isSettled || measure.nowMs < fromMs) return pace;
  if (since === undefined) return { ...pace, since: measure };
  const elapsedMs = measure.nowMs - since.nowMs;
  if (elapsedMs < rules.windowMs) return pace;
  if (measure.idleMs - since.idleMs < rules.idleShare * elapsedMs) return { ...pace, since: measure };
  const bytesPerMs = (measure.receivedBytes - since.receivedBytes) / elapsedMs;
  if (bytesPerMs < bytesPerMsBefore * rules.growthBy(connections)) return settledPace(pace, connections - 1);
  if (connections >= rules.maxConnections) return settledPace(pace, connections);
  return {
    connections: connections + 1,
    isSettled: false,
    fromMs: measure.nowMs + rules.settleMs,
    since: undefined,
    bytesPerMsBefore: bytesPerMs,
  };
}

/** A pace that stays as it is. */
export function settledPace(pace: Pace, connections: number): Pace {
  return { ...pace, connections, isSettled: true };
}
