/** `layer 0`, `layer 1`, ... */
export function layerLabels(count: number): string[] {
  return Array.from({ length: count }, (_, layer) => `layer ${layer}`);
}

/** `head 0`, `head 1`, ... for numbers as [layer][head]. */
export function headLabels(values: readonly (readonly number[])[]): string[] {
  return Array.from({ length: Math.max(0, ...values.map(({ length }) => length)) }, (_, head) => `head ${head}`);
}
