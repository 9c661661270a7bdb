/** What the browser says about the line, where it says anything. */
const connection = () =>
  (
    navigator as Navigator & {
      readonly connection?: {
        readonly saveData?: boolean;
        readonly effectiveType?: string;
        readonly downlink?: number;
      };
    }
  ).connection;

/** Whether megabytes may be loaded without asking: the browser says that the line is fast and data is not saved. */
export function isFastLine(): boolean {
  const { saveData, effectiveType, downlink = 0 } = connection() ?? {};
  return saveData === false && effectiveType === '4g' && downlink >= 5;
}

/** Whether many megabytes are loaded only when asked for: the browser saves data, or says that the line is slow. */
export function isSlowLine(): boolean {
  const { saveData, effectiveType = '' } = connection() ?? {};
  return saveData === true || /2g$/.test(effectiveType);
}
