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

/** The rounds of `workRatio`. */
const maxRounds = 6;

/**
 * The processor time of `more` divided by that of `less`. `less` runs before and after each round of `more` and the
 * minimum of each counts, so that neither a slow nor a busy machine changes the ratio. There are six rounds, or fewer
 * if the ratio is `below` before: what the test expects. Times below a millisecond count as one.
 */
export const workRatio = async (
  more: () => unknown,
  less: () => unknown,
  { below }: { readonly below: number },
): Promise<number> => {
  let [moreTime, lessTime] = [Number.POSITIVE_INFINITY, await processorTime(less)];
  const ratio = () => Math.max(1, moreTime) / Math.max(1, lessTime);
  for (let round = 0; round < maxRounds && ratio() >= below; round++) {
    moreTime = Math.min(moreTime, await processorTime(more));
    lessTime = Math.min(lessTime, await processorTime(less));
  }
  return ratio();
};
