/** A ribbon between a stretch of sound and the word below it, as the path of an SVG: all in pixels. */
export function ribbonPath(
  sound: { readonly left: number; readonly right: number },
  word: { readonly left: number; readonly right: number },
  height: number,
): string {
  const middle = height / 2;
  const down = (from: number, to: number) => `C${from} ${middle} ${to} ${middle} ${to} ${height}`;
  const up = (from: number, to: number) => `C${from} ${middle} ${to} ${middle} ${to} 0`;
  return `M${sound.left} 0${down(sound.left, word.left)}H${word.right}${up(word.right, sound.right)}Z`;
}
