/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/**
 * The least-squares line in closed form: slope cov(x, y) / var(x), through the mean point (Gauss 1809). The line is
 * level if all x are equal. `lossOf` is the mean of the squared gaps of any line.
 */
export function leastSquares(points: readonly Point[]): {
  slope: number;
  intercept: number;
  loss: number;
  lossOf: (slope: number, intercept: number) => number;
} {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(point => point[0]), mean(point => point[1])];
  const variance = mean(point => (point[0] - x) ** 2);
  const covariance = mean(point => (point[0] - x) * (point[1] - y));
  const slope = variance > 1e-12 ? covariance / variance : 0;
  const intercept = y - slope * x;
  const loss = mean(point => (slope * point[0] + intercept - point[1]) ** 2);
  // Around the best line the loss rises as a square, also where it is computed for a thousand lines.
  const lossOf = (otherSlope: number, otherIntercept: number) => {
    const turned = otherSlope - slope;
    const lifted = otherIntercept + otherSlope * x - y;
    return loss + turned ** 2 * variance + lifted ** 2;
  };
  return { slope, intercept, loss, lossOf };
}
