/** The first token of `mass` [vocab] up to which the masses add up to more than `target`, which is less than all of them together. */
export function draw(mass: Float64Array, vocab: number, target: number): number {
  let id = 0;
  for (let sum = mass[0]!; !(sum > target) && id < vocab - 1; sum += mass[id]!) id++;
  return id;
}
