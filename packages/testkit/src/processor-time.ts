/**
 * Milliseconds of processor time that this process spends on `work`, its garbage collection included. Unlike the clock, it does not grow with whatever
 * else the machine does. Node only.
 */
export const processorTime = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/**
 * How many times the processor time of `less` the work `more` takes. Both run in turn, `rounds` times, and the least time of each counts: a ratio within
 * one run, which neither a slow nor a busy machine changes. Times below a millisecond count as one.
 */
export const workRatio = async (more: () => unknown, less: () => unknown, rounds = 3): Promise<number> => {
  let [moreTime, lessTime] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    lessTime = Math.min(lessTime, await processorTime(less));
    moreTime = Math.min(moreTime, await processorTime(more));
  }
  return Math.max(1, moreTime) / Math.max(1, lessTime);
};
