const zero = 48;

/**
 * The number that bytes of ASCII spell, or undefined where they spell none. Up to 15 digits and powers of ten up to 22 are exact in float64, so one product or
 * quotient rounds right (Clinger 1990); all else goes through `Number`.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  const negative = bytes[start] === 45;
  let at = start + (negative || bytes[start] === 43 ? 1 : 0);
  let digits = 0;
  let figures = 0;
  let behindPoint = 0;
  let point = false;
  for (; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) {
      digits = digits * 10 + digit;
      figures++;
      if (point) behindPoint++;
    } else if (bytes[at] === 46 && !point) point = true;
    else break;
  }
  if (figures === 0 || at < end || figures > 15 || behindPoint > 22) return slowly(bytes, start, end);
  const value = digits / 10 ** behindPoint;
  return negative ? -value : value;
}

/** Longer ones are no numbers that anyone writes. */
const longestNumber = 2000;

function slowly(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > longestNumber) return undefined;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  const special = /^[-+]?(nan|inf(inity)?)$/i.exec(text);
  if (special) return Number.NaN; // refused later, with its row
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
