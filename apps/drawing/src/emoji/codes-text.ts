/** The first codes of a picture as a text for an address, up to the first that is to be painted. */
export function codesText(codes: ArrayLike<number>): string {
  const all = Array.from(codes);
  const end = all.findIndex(code => code < 0);
  return all.slice(0, end < 0 ? all.length : end).join('.');
}

/** The codes of such a text, with -1 behind them; all are -1 if the text does not fit a picture of `count` codes. */
export function codesFrom(text: string, count: number, codebookSize: number): Int32Array {
  const codes = new Int32Array(count).fill(-1);
  const parts = text === '' ? [] : text.split('.');
  const isCode = (part: string) => /^\d{1,9}$/.test(part) && Number(part) < codebookSize;
  if (parts.length <= count && parts.every(isCode)) codes.set(parts.map(Number));
  return codes;
}
