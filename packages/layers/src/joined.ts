/** Arrays one behind the other, as `make` has them; a single one is not copied. */
export function joined<Values extends Float32Array | Int32Array>(
  make: new (length: number) => Values,
  parts: readonly Values[],
): Values {
  if (parts.length === 1) return parts[0]!;
  const all = new make(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
