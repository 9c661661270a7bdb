/** `console.log(value); // result` on one line. */
const loggedValue = /^(\s*)console\.log\((.*)\); \/\/ (.+)$/gm;

/**
 * The value that a comment states: JSON, also with single quotes or the name of a typed array before it; or undefined.
 */
const statedValue = (comment: string): string | undefined => {
  const text = comment.trim().replace(/^(?:Float32|Int32|Uint8|Float64)Array(?:\(\d+\))?\s*(?=\[)/, '');
  for (const candidate of [text, text.replaceAll("'", '"')])
    try {
      return JSON.stringify(JSON.parse(candidate));
    } catch {}
  return undefined;
};

/** The number of decimals in the numbers of a comment. */
const digits = (comment: string): number =>
  Math.max(0, ...[...comment.matchAll(/\d\.(\d+)/g)].map(([, fraction = '']) => fraction.length));

/** Runs with the code: compares logged values with the comments, numbers to the decimals of the comment. */
const expectResult = `
function expectResult(line, expected, digits, actual) {
  const same = (a, b) => {
    const tolerance = digits ? 0.51 * 10 ** -digits : 1e-4;
    if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance;
    if (ArrayBuffer.isView(a)) a = Array.from(a);
    if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b;
    const keys = Object.keys(b);
    const isAlike = Array.isArray(a) === Array.isArray(b) && Object.keys(a).length === keys.length;
    return isAlike && keys.every(key => same(a[key], b[key]));
  };
  console.log(actual);
  if (same(actual, expected)) return;
  console.error('README says ' + JSON.stringify(expected) + ' for: ' + line);
  process.exitCode = 1;
}
`;

/** Adds checks to code of a README: a logged value must agree with the comment on its line. */
export const withResults = (code: string): string =>
  expectResult +
  code.replace(loggedValue, (line: string, indent: string, value: string, comment: string) => {
    const expected = statedValue(comment);
    if (expected === undefined) return line;
    return `${indent}expectResult(${JSON.stringify(line.trim())}, ${expected}, ${digits(comment)}, ${value});`;
  });
