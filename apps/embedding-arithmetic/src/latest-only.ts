/** Runs only the newest of what was asked for: what comes back after another was asked is not shown. */
export function latestOnly(): <T>(work: Promise<T>) => Promise<T | undefined> {
  let last = 0;
  return async work => {
    const own = ++last;
    try {
      const result = await work;
      return own === last ? result : undefined;
    } catch (error) {
      if (own === last) throw error;
      return undefined;
    }
  };
}
