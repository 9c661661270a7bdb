const character = '(?:\\\\u\\{([0-9A-Fa-f]+)\\}|([^\\\\]))';
const named = /* @__PURE__ */ new RegExp(`${character}(?:-${character})?`, 'gsu');

/** Tells whether a translated expression names a code point, by itself or in a range. */
export function namedCodes(source: string): (code: number) => boolean {
  const ranges = Array.from(source.matchAll(named), ([, hex, char, lastHex, lastChar]) => {
    const from = codeOf(hex, char);
    return [from, lastHex || lastChar ? codeOf(lastHex, lastChar) : from] as const;
  }).filter(([, to]) => to >= lowest);
  return code => ranges.some(([from, to]) => code >= from && code <= to);
}

/** No lower ones are asked for. */
const lowest = 0x295;
const codeOf = (hex: string | undefined, char: string | undefined) =>
  hex === undefined ? char!.codePointAt(0)! : Number.parseInt(hex, 16);
