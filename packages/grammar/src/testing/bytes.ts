/** A small vocabulary: a token for each byte, then tokens that cross the parts of JSON; the last one ends a text. */
export const jsonTokens = (): (Uint8Array | undefined)[] => {
  const texts = [
    '{"',
    '": ',
    '": "',
    ', "',
    '", "',
    '"}',
    '"]',
    '}}',
    '{}',
    '[]',
    '[[',
    'true',
    'false',
    'null',
    '00',
    '12',
  ];
  const words = [
    'foo',
    'bar',
    'the',
    ' a',
    'é',
    '🙂',
    '\\"',
    '\\n',
    'e": [',
    '}, "',
    '1.5',
    '-',
    '2020-01',
    'x',
    'a',
    'b',
  ];
  return [
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    ...[...texts, ...words].map(text => new TextEncoder().encode(text)),
    undefined,
  ];
};
