import type { Kernel } from './kernel.js';

/** The k-th largest entry of each row: [rows, length] to [rows, 1]. */
export const kthLargest: Kernel<'kthLargest'> = (heap, { x }, { k }) => {
  const [rows, length] = x.shape as [number, number];
  const y = heap.output([rows, 1]);
  const [from, into] = [heap.floats(x), heap.floats(y)];
  const row = new Float32Array(length);
  for (let i = 0; i < rows; i++) {
    row.set(from.subarray(i * length, (i + 1) * length));
    into[i] = select(row, k - 1);
  }
  return y;
};

/** The number at an index of the decreasing order of `values`, which it permutes (quickselect, Hoare 1961). */
function select(values: Float32Array, index: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [left, right] = [low, high];
    while (left <= right) {
      while (values[left]! > pivot) left++;
      while (values[right]! < pivot) right--;
      if (left <= right) {
        const swapped = values[left]!;
        values[left++] = values[right]!;
        values[right--] = swapped;
      }
    }
    if (index <= right) high = right;
    else if (index >= left) low = left;
    else break;
  }
  return values[index]!;
}
