/**
 * Rotates points [rows, 2], and mirrors them if that is closer, to lie as near as possible to earlier points: principal
 * axes have no sign, and two axes of similar variance may swap (orthogonal Procrustes problem, Schönemann 1966).
 * `before` may lack rows at its end.
 */
export function alignTo(points: Float32Array, before: Float32Array): Float32Array {
  let [a, b, c, d] = [0, 0, 0, 0]; // pointsᵀ before
  for (let i = 0; i + 1 < Math.min(points.length, before.length); i += 2) {
    a += points[i]! * before[i]!;
    b += points[i]! * before[i + 1]!;
    c += points[i + 1]! * before[i]!;
    d += points[i + 1]! * before[i + 1]!;
  }
  const [turn, mirror] = [Math.hypot(a + d, b - c), Math.hypot(a - d, b + c)];
  const norm = Math.max(turn, mirror);
  if (norm === 0) return points;
  const sign = turn >= mirror ? 1 : -1;
  const [cos, sin] = [(a + sign * d) / norm, (b - sign * c) / norm];
  return points.map((_, i) => {
    const [x, y] = [points[i & ~1]!, points[i | 1]!];
    return i % 2 === 0 ? cos * x - sign * sin * y : sin * x + sign * cos * y;
  });
}
