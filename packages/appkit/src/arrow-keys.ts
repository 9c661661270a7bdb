/** The direction of an arrow key, right and up being positive; undefined for other keys. */
export function arrowDirection(key: string): readonly [right: number, up: number] | undefined {
  switch (key) {
    case 'ArrowLeft':
      return [-1, 0];
    case 'ArrowRight':
      return [1, 0];
    case 'ArrowUp':
      return [0, 1];
    case 'ArrowDown':
      return [0, -1];
    default:
      return undefined;
  }
}
