import type { Page } from 'playwright';

/** The ids of controls of a selector whose `aria-describedby` does not lead to a sentence. */
export const undescribedControls = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll(all =>
    all
      .filter(one => !one.matches('.dismiss')) // its name says it
      .filter(one => {
        const description = document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
        return !/^[A-Z].*\.$/.test(description.replace(/\s+/g, ' ').trim());
      })
      .map(one => one.id),
  );

/**
 * The ids of the focused elements, or of their nearest ancestors with an id, when Tab is pressed this many times from
 * the last link above the title.
 */
export const reachedByTab = async (page: Page, presses: number): Promise<Set<string>> => {
  const reached = new Set<string>();
  await page.locator('.home a').last().focus();
  for (let i = 0; i < presses; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.closest('[id]')?.id ?? ''));
  }
  return reached;
};
