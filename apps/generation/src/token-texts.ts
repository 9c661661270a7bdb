/**
 * Tells the text that each token has in the middle of a text, each asked for once. Some decoders take the space away from the first token,
 * so what a token adds to itself counts.
 */
export function tokenTexts(
  decode: (ids: readonly number[]) => Promise<string>,
): (ids: readonly number[]) => Promise<readonly string[]> {
  const known = new Map<number, Promise<string>>();
  const textOf = async (id: number) => {
    const [once, twice] = await Promise.all([decode([id]), decode([id, id])]);
    return twice.startsWith(once) ? twice.slice(once.length) : once;
  };
  return ids =>
    Promise.all(
      ids.map(id => {
        const text = known.get(id) ?? textOf(id);
        known.set(id, text);
        return text;
      }),
    );
}
