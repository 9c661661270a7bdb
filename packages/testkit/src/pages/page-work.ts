import type { Page } from 'playwright';

/**
 * Measures the work of a page's main thread in processor time, which does not grow with other load on the machine. The
 * unit is a piece of work that is measured in the same page, so that the result does not depend on the speed of the
 * machine.
 */
export const pageWork = async (page: Page): Promise<() => Promise<number>> => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const seconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  const unit = async () => {
    const before = await seconds();
    await page.evaluate(() => {
      const values = Float64Array.from({ length: 200_000 }, (_, index) => Math.sin(index * index));
      return values.sort()[100_000];
    });
    return (await seconds()) - before;
  };
  await unit(); // compiles it
  const units: number[] = [];
  while (units.length < 5) units.push(await unit());
  const one = units.sort((a, b) => a - b)[2]!; // the median, because one may be interrupted
  return async () => (await seconds()) / one;
};
