/** Whether megabytes may be loaded without asking: the browser says that the line is fast and data is not saved. */
export function isFastLine(): boolean {
  const { connection } = navigator as Navigator & {
    readonly connection?: { readonly saveData?: boolean; readonly effectiveType?: string; readonly downlink?: number };
  };
  return connection?.saveData === false && connection.effectiveType === '4g' && (connection.downlink ?? 0) >= 5;
}

/** Whether many megabytes are loaded only when asked for: the browser saves data, or says that the line is slow. */
export function isSlowLine(): boolean {
  const { connection } = navigator as Navigator & {
    readonly connection?: { readonly saveData?: boolean; readonly effectiveType?: string };
  };
  return connection?.saveData === true || /2g$/.test(connection?.effectiveType ?? '');
}
