import { arrowDirection } from '@residual/appkit';

/** Lets the arrow keys move along the buttons of a list, and calls `choose` with the index of each one. */
export function moveByArrows(list: HTMLElement, choose: (index: number) => void): void {
  list.addEventListener('keydown', event => {
    const [right, up] = arrowDirection(event.key) ?? [0, 0];
    const buttons: Element[] = [...list.querySelectorAll('button')];
    const from = document.activeElement ? buttons.indexOf(document.activeElement) : -1;
    const to = from + right - up;
    const next = buttons[to];
    if (from < 0 || to === from || !(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
    choose(to);
  });
}
