import type { Page } from 'playwright';

/** Moves the mouse to a cell of the `residual-attention` with this id and returns the text shown for it. */
export const readCell = async (page: Page, id: string, query: number, key: number): Promise<string> => {
  await page.locator(`#${id} .map`).scrollIntoViewIfNeeded();
  const at = await page.locator(`#${id}`).evaluate(
    (element, [row, column]) => {
      const map = element as unknown as { rectOf(query: number, key: number): DOMRect };
      const viewport = element.shadowRoot!.querySelector('.map')!; // a large map scrolls
      const [at, visibleRect] = [map.rectOf(row!, column!), viewport.getBoundingClientRect()];
      viewport.scrollBy(at.x - visibleRect.x - visibleRect.width / 2, at.y - visibleRect.y - visibleRect.height / 2);
      const { x, y, width, height } = map.rectOf(row!, column!);
      return { x: x + width / 2, y: y + height / 2 };
    },
    [query, key],
  );
  await page.mouse.move(0, 0);
  await page.mouse.move(at.x, at.y);
  return (await page.locator(`#${id} output`).textContent())!;
};
