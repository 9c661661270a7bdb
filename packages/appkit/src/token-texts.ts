/**
 * The text of each token in the middle of a text, computed once for each token. Some decoders strip the space of the
 * first token, so the result is what a token adds after itself.
 */
export function tokenTexts(
  decode: (ids: readonly number[]) => Promise<string>,
): (ids: readonly number[]) => Promise<readonly string[]> {
  const texts = new Map<number, Promise<string>>();
  const textOf = async (id: number) => {
    const [once, twice] = await Promise.all([decode([id]), decode([id, id])]);
    return twice.startsWith(once) ? twice.slice(once.length) : once;
  };
  return ids =>
    Promise.all(
      ids.map(id => {
        const text = texts.get(id) ?? textOf(id);
        texts.set(id, text);
        return text;
      }),
    );
}
