import { make, prefersStill } from '@residual/appkit';
import type { Passage } from '@residual/model';

/** A text on the page in which passages are highlighted. */
export class SearchedText {
  private marks: readonly HTMLElement[] = [];

  constructor(private readonly element: HTMLElement) {
    element.tabIndex = 0; // so that the arrow keys scroll it
  }

  /** Shows a text; its passages, which may be unknown, can be highlighted. */
  show(text: string, passages: readonly Passage[]): void {
    this.marks = passages.map(passage => make('span', {}, passage.text));
    const parts: (Node | string)[] = [];
    let end = 0;
    for (const [row, passage] of passages.entries()) {
      parts.push(text.slice(end, passage.start), this.marks[row]!);
      end = passage.end;
    }
    this.element.replaceChildren(...parts, text.slice(end));
    this.element.scrollTop = 0;
  }

  /** Highlights passages, and one of them most, which moves into sight within the text. */
  highlight(rows: readonly number[], chosen: number | undefined): void {
    for (const [row, mark] of this.marks.entries())
      mark.className = row === chosen ? 'hit chosen' : rows.includes(row) ? 'hit' : '';
    const mark = this.marks[chosen ?? -1];
    if (!mark) return;
    const { element } = this;
    const top = mark.offsetTop - (element.clientHeight - mark.offsetHeight) / 2;
    element.scrollTo({ top, behavior: prefersStill() ? 'instant' : 'smooth' });
  }
}
