/** What a promise comes to, or the error when it takes too long; what it is a promise of goes on. */
export async function inTime<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  tooLate: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate()), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
