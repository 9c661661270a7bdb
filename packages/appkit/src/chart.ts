import uPlot from 'uplot';
import { onColourScheme } from './appearance.js';
import { perFrame } from './frames.js';
import { make } from './page.js';

/** A line of a chart. */
export interface Line {
  readonly label: string;
  /** The custom property of its colour. */
  readonly colour: string;
  readonly width: number;
  /** Whether its values are sparse and get markers. */
  readonly marked?: boolean;
  /** Writes a value below the chart; as a loss if absent. */
  readonly format?: (value: number) => string;
}

/** A chart of values by step that grows during a run. */
export class Chart {
  private steps: number[] = [];
  private values: (number | null)[][];
  private readonly plot: uPlot;
  private readonly key = make('p', { className: 'key' });
  private readonly numbers: readonly HTMLElement[];
  /** Draws in the next frame, at most ten times a second. */
  private readonly redraw = perFrame(() => this.draw(), 100);

  constructor(
    private readonly place: HTMLElement,
    private readonly label: string,
    private readonly lines: readonly Line[],
  ) {
    this.values = lines.map(() => []);
    const picture = make('div', { className: 'curves' });
    picture.setAttribute('role', 'img');
    this.numbers = lines.map(() => make('b'));
    this.key.append(...lines.map(({ label: name, colour }, i) => keyOf(name, colour, this.numbers[i]!)));
    place.append(picture, this.key);
    const colour = (name: string) => () => getComputedStyle(place).getPropertyValue(name);
    const axis = { stroke: colour('--residual-muted'), grid: { stroke: colour('--residual-line'), width: 1 }, font };
    this.plot = new uPlot(
      {
        width: 10,
        height: heightOf(place),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 28, incrs: wholeSteps },
          { ...axis, size: 46, ...(lines.some(({ format }) => format) && { values: (_, all) => all.map(short) }) },
        ],
        series: [
          {},
          ...lines.map(({ width, marked = false, ...line }) => ({
            label: line.label,
            stroke: colour(line.colour),
            width,
            spanGaps: true,
            points: { show: marked, size: 5, fill: colour(line.colour) },
          })),
        ],
        hooks: { setCursor: [({ cursor }) => this.describe(cursor.idx ?? this.steps.length - 1)] },
      },
      [[], ...lines.map(() => [])],
      picture,
    );
    new ResizeObserver(() => this.resize()).observe(place);
    onColourScheme(() => this.plot.redraw(false));
  }

  /** Adds a value of each line at a step, null for none. Values of a step that exists already are merged into it. */
  add(step: number, values: readonly (number | null)[]): void {
    if (this.steps.at(-1) === step) {
      for (const [i, value] of values.entries()) if (value !== null) this.values[i]![this.steps.length - 1] = value;
    } else {
      this.steps.push(step);
      for (const [i, value] of values.entries()) this.values[i]!.push(value);
      if (this.steps.length > maxSteps) this.thin();
    }
    this.redraw();
  }

  clear(): void {
    this.steps = [];
    this.values = this.lines.map(() => []);
    this.redraw();
  }

  private draw(): void {
    if (this.place.clientWidth === 0) return;
    this.plot.setData([this.steps, ...this.values]);
    this.describe(this.steps.length - 1);
  }

  private resize(): void {
    const width = this.place.clientWidth;
    if (width === 0) return;
    this.plot.setSize({ width, height: heightOf(this.place) });
    this.redraw();
  }

  /** Shows the values at an index, and describes them for screen readers. */
  private describe(at: number): void {
    for (const [i, number] of this.numbers.entries())
      number.textContent = lastUpTo(this.values[i]!, at, this.lines[i]!.format);
    const values = this.lines.map(({ label }, i) => `${label} ${this.numbers[i]!.textContent || 'none yet'}`);
    this.place.firstElementChild!.setAttribute(
      'aria-label',
      `${this.label} at step ${this.steps[at] ?? 0}: ${values.join(', ')}`,
    );
  }

  /** Drops every second step of the older half; marked values stay. */
  private thin(): void {
    const keeps = (at: number) =>
      at > maxSteps / 2 || at % 2 === 0 || this.lines.some(({ marked }, i) => marked && this.values[i]![at] !== null);
    this.values = this.values.map(values => values.filter((_, at) => keeps(at)));
    this.steps = this.steps.filter((_, at) => keeps(at));
  }
}

const font = '12px "Inter Variable", system-ui, sans-serif';
const maxSteps = 6000;
/** Distances between the marks of the steps, which are whole numbers. */
const wholeSteps = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap(power => [power, 2 * power, 5 * power]);
/** A number as short as it fits beside the chart, `40K`. */
const short = (value: number) => value.toLocaleString('en', { notation: 'compact' });
const heightOf = (place: HTMLElement) => (place.clientWidth < 420 ? 180 : 230);

function keyOf(label: string, colour: string, number: HTMLElement): HTMLElement {
  const swatch = make('i', { className: 'swatch' });
  swatch.style.background = `var(${colour})`;
  return make('span', {}, swatch, `${label} `, number);
}

/** The last value up to an index, as text. */
function lastUpTo(values: readonly (number | null)[], at: number, format = formatLoss): string {
  for (let i = at; i >= 0; i--) if (values[i] !== null && values[i] !== undefined) return format(values[i]!);
  return '';
}

/** A loss with a useful number of digits. */
export function formatLoss(value: number): string {
  return Math.abs(value) >= 1000 || (Math.abs(value) < 0.001 && value !== 0)
    ? value.toExponential(2)
    : value.toFixed(3);
}
