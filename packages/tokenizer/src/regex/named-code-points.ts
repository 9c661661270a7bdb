const character = '(?:\\\\u\\{([0-9A-Fa-f]+)\\}|([^\\\\]))';
const namedCharacter = /* @__PURE__ */ new RegExp(`${character}(?:-${character})?`, 'gsu');

/** Returns whether a translated expression names a code point, alone or in a range. */
export function namedCodePoints(source: string): (code: number) => boolean {
  const ranges = Array.from(source.matchAll(namedCharacter), ([, hex, char, lastHex, lastChar]) => {
    const from = codeOf(hex, char);
    return [from, lastHex || lastChar ? codeOf(lastHex, lastChar) : from] as const;
  }).filter(([, to]) => to >= lowestChecked);
  return code => ranges.some(([from, to]) => code >= from && code <= to);
}

/** Lower code points are never looked up. */
const lowestChecked = 0x295;
const codeOf = (hex: string | undefined, char: string | undefined) =>
  hex === undefined ? char!.codePointAt(0)! : Number.parseInt(hex, 16);
