const zero = 48;

/**
 * Parses a number in ASCII; undefined if it is none. Up to 15 digits and powers of ten up to 22 are exact in float64,
 * so one product or quotient rounds correctly (Clinger 1990); everything else uses `Number`.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === 45;
  let index = start + (negative || bytes[start] === 43 ? 1 : 0);
  let mantissa = 0;
  let digitCount = 0;
  let fractionDigits = 0;
  let hasPoint = false;
  for (; index < end; index++) {
    const digit = bytes[index]! - zero;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digitCount++;
      if (hasPoint) fractionDigits++;
    } else if (bytes[index] === 46 && !hasPoint) hasPoint = true;
    else break;
  }
  if (digitCount === 0 || index < end || digitCount > 15 || fractionDigits > 22) return parseSlowly(bytes, start, end);
  const value = mantissa / 10 ** fractionDigits;
  return negative ? -value : value;
}

/** The maximal length of a number in characters. */
const maxNumberLength = 2000;

function parseSlowly(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > maxNumberLength) return undefined;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  const special = /^[-+]?(nan|inf(inity)?)$/i.exec(text);
  if (special) return Number.NaN; // an error later, with its row
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
