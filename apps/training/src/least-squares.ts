/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/**
 * The least-squares line in closed form: slope cov(x, y) / var(x), through the mean point (Gauss 1809). The line is
 * level if all x are equal.
 */
export function leastSquares(points: readonly Point[]): { slope: number; intercept: number; loss: number } {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(point => point[0]), mean(point => point[1])];
  const variance = mean(point => (point[0] - x) ** 2);
  const slope = variance > 1e-12 ? mean(point => (point[0] - x) * (point[1] - y)) / variance : 0;
  const intercept = y - slope * x;
  return { slope, intercept, loss: mean(point => (slope * point[0] + intercept - point[1]) ** 2) };
}
