/** Calls `see` when an element comes into the window, or what the options say, and when it leaves it. */
export function watchSight(
  element: Element,
  see: (isInSight: boolean) => void,
  options: IntersectionObserverInit = {},
): void {
  new IntersectionObserver(entries => see(entries.at(-1)!.isIntersecting), options).observe(element);
}
