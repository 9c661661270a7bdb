/** Whether megabytes may be loaded without asking: the browser says that the line is fast and data is not saved. */
export function isFastLine(): boolean {
  const { connection } = navigator as Navigator & {
    readonly connection?: { readonly saveData?: boolean; readonly effectiveType?: string; readonly downlink?: number };
  };
  return connection?.saveData === false && connection.effectiveType === '4g' && (connection.downlink ?? 0) >= 5;
}
