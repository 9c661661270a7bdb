/**
 * The processor time in milliseconds that this process spends on `work`, with garbage collection. Unlike wall-clock
 * time it does not grow with other load on the machine. Node only.
 */
export const processorTime = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/**
 * The processor time of `more` divided by that of `less`. Both alternate `rounds` times and the minimum of each counts,
 * so that neither a slow nor a busy machine changes the ratio. Times below a millisecond count as one.
 */
export const workRatio = async (more: () => unknown, less: () => unknown, rounds = 3): Promise<number> => {
  let [moreTime, lessTime] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    lessTime = Math.min(lessTime, await processorTime(less));
    moreTime = Math.min(moreTime, await processorTime(more));
  }
  return Math.max(1, moreTime) / Math.max(1, lessTime);
};
